"""LSL outlets of a DiffMSM session, in a process of their own: bridge_lsl.py MONITOR, as in bridge_lsl.py /diffmsm-monitor

Streams: each source as it is, NAME.envelopes, NAME.angles and NAME.parameters (NAME is diffmsm-SUBJECT), every sample with its own
stamp on LSL's clock. Needs pylsl, which loads liblsl at run time from PYLSL_LIB or its own wheel. A daemon that ends is waited for;
a bridge that ends takes nothing with it. Stops on SIGTERM and SIGINT.
"""
import mmap
import signal
import sys
import time

import diffmsm_feed as feed
from diffmsm_monitor import FRAME, SAMPLES, Gone, Monitor

try:
    import pylsl
except (ImportError, RuntimeError) as error:
    sys.exit("bridge_lsl: error: no LSL library: %s; pip install pylsl" % error)


def outlet(name, kind, rate, channels, source):
    """An outlet whose description has each channel's name and unit."""
    info = pylsl.StreamInfo(name, kind, len(channels), rate, "float32", source)
    described = info.desc().append_child("channels")
    for channel in channels:
        entry = described.append_child("channel")
        entry.append_child_value("label", channel["label"])
        entry.append_child_value("unit", channel["unit"])
    return pylsl.StreamOutlet(info)


class Bridge:
    """The outlets of one run."""

    def __init__(self, monitor):
        about = monitor.description
        self.monitor = monitor
        name = "diffmsm-" + about["subject"]
        self.streams = [
            outlet(s["name"], s["type"], s["rate"], s["channels"], name + "-" + s["name"])
            for s in about["streams"]
        ]
        rate = about["frame_rate"]
        self.envelopes = len(about["envelopes"])
        self.frames = [
            outlet(name + ".envelopes", "EMG", rate, about["envelopes"], name + "-envelopes"),
            outlet(name + ".angles", "MoCap", rate, about["angles"], name + "-angles"),
        ]
        self.parameters = None
        if about["parameters"]:
            channels = about["parameters"] + [
                {"label": c["label"] + "/sd", "unit": c["unit"]} for c in about["parameters"]
            ]
            self.parameters = outlet(
                name + ".parameters", "Parameters", 0.0, channels, name + "-parameters"
            )
        self.count = len(about["parameters"])
        self.segment = None
        self.sequence = None

    def pump(self):
        """Passes on what is new; how many records that was."""
        records = self.monitor.records()
        for kind, stream, columns, _, last, values in records:
            if kind == SAMPLES:
                # liblsl spaces a chunk's samples by the stream's rate, the last being at its stamp
                self.streams[stream].push_chunk(values.tolist(), last)
            elif kind == FRAME:
                self.frames[0].push_sample(values[: self.envelopes].tolist(), last)
                self.frames[1].push_sample(values[self.envelopes :].tolist(), last)
        self.pump_parameters()
        return len(records)

    def pump_parameters(self):
        if self.parameters is None:
            return
        if self.segment is None:
            try:
                with open("/dev/shm" + self.monitor.description["feed"], "rb") as file:
                    self.segment = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            except (KeyError, OSError, ValueError):
                return
        place = feed.SEGMENT_PARAMETERS
        before = self.segment[place : place + 4]
        if before[0] % 2:
            return
        data = self.segment[place + 8 : place + 8 + feed.SIZES[1]]
        if self.segment[place : place + 4] != before:
            return
        try:
            message = feed.decode(data)
        except feed.Malformed:
            return
        if message["sequence"] == self.sequence:
            return
        self.sequence = message["sequence"]
        values = message["value"][: self.count] + message["sd"][: self.count]
        self.parameters.push_sample(list(values), message["send_time"] * 1e-9)


def main(name):
    wants_end = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wants_end.append(True))
    bridge = None
    silent = 0
    while not wants_end:
        try:
            if bridge is None:
                bridge = Bridge(Monitor(name))
                print("bridge_lsl: outlets of %s" % name, file=sys.stderr, flush=True)
            silent = 0 if bridge.pump() else silent + 1
            if silent > 200:
                # a new run may have another segment and other channels
                silent = 0
                if Monitor(name).description != bridge.monitor.description:
                    bridge = None
        except Gone:
            bridge = None
            time.sleep(0.5)
        time.sleep(0.005)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    main(sys.argv[1])
