#!/usr/bin/env python3
"""Receives a session's LSL streams with pylsl: check_lsl.py MONITOR

A bridge is started; each stream must have the names and units of the session and evenly spaced stamps on this host's monotonic clock, and
the bridge may be killed and started again without the session's noticing.
"""
import atexit
import os
import subprocess
import sys
import time

import numpy
import pylsl

FEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../feed")
sys.path.insert(0, FEED)
from diffmsm_monitor import Monitor  # noqa: E402


def bridge(name):
    process = subprocess.Popen([sys.executable, os.path.join(FEED, "bridge_lsl.py"), name])
    atexit.register(process.kill)
    return process


def inlet(name):
    found = pylsl.resolve_byprop("name", name, timeout=20)
    assert found, "no stream " + name
    return pylsl.StreamInlet(found[0], max_buflen=60)


def channels(info):
    entry = info.desc().child("channels").child("channel")
    found = []
    while not entry.empty():
        found.append((entry.child_value("label"), entry.child_value("unit")))
        entry = entry.next_sibling()
    return found


def main(name):
    about = Monitor(name).description
    process = bridge(name)
    base = "diffmsm-" + about["subject"]
    wanted = [(s["name"], s["channels"], s["rate"]) for s in about["streams"]]
    wanted += [
        (base + ".envelopes", about["envelopes"], about["frame_rate"]),
        (base + ".angles", about["angles"], about["frame_rate"]),
    ]
    inlets = [inlet(stream) for stream, _, _ in wanted]
    for one in inlets:
        one.open_stream(timeout=10)
    for one in inlets:
        one.pull_chunk(max_samples=100000)
    time.sleep(3)
    for one, (stream, expected, rate) in zip(inlets, wanted):
        assert channels(one.info()) == [(c["label"], c["unit"]) for c in expected], stream
        samples, stamps = one.pull_chunk(max_samples=100000)
        values, stamps = numpy.array(samples), numpy.array(stamps)
        assert len(stamps) > 2 * rate, "%s: %d samples" % (stream, len(stamps))
        assert numpy.isfinite(values).all() and values.std() > 0
        gaps = numpy.diff(stamps) * rate
        worst = abs(gaps - 1).max()
        late = time.monotonic() - stamps[-1]
        assert worst < 0.1, "%s: samples %.3f periods apart" % (stream, gaps[abs(gaps - 1).argmax()])
        assert -0.1 < late < 2, "%s: the last stamp is %.3f s old" % (stream, late)
        print(
            "lsl: %s: %d samples of %d channels, stamps within %.4f of a period, last %.0f ms old"
            % (stream, len(stamps), len(expected), worst, 1e3 * late))
    parameters = inlet(base + ".parameters")
    assert parameters.pull_sample(timeout=10)[0], "no parameters"
    labels = [c[0] for c in channels(parameters.info())]
    assert labels[: len(about["parameters"])] == [c["label"] for c in about["parameters"]]
    process.kill()
    process.wait()
    process = bridge(name)
    again = inlet(wanted[0][0])
    assert again.pull_sample(timeout=20)[0], "the next bridge is not heard"
    process.terminate()
    assert process.wait(10) == 0
    print("lsl: killed and started again; %d parameters with their deviations" % len(about["parameters"]))


main(sys.argv[1])
