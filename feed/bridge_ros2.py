"""ROS 2 topics of a DiffMSM session's feed, in a process of their own, over Cyclone DDS: bridge_ros2.py OUTLINE [NAMESPACE]

OUTLINE is what `diffmsm feed --config SESSION.yaml --json` prints; it must name shared memory. Topics, below NAMESPACE (diffmsm):
  joint_states  sensor_msgs/msg/JointState              angle, rate and the muscles' torque, at every state
  parameters    diagnostic_msgs/msg/DiagnosticArray     value, sd, status of each parameter, on change, latched
  health        diagnostic_msgs/msg/DiagnosticArray     state, mode, age and reasons to hold, ten times a second

Only topics: no services, no actions, no ROS parameters. The node shows in the graph as _CREATED_BY_BARE_DDS_APP_. Torque is offered with a
deadline of two periods and a liveliness that every write asserts, so that a reader that asks for both is told when this process, or the
daemon behind it, has ended. Needs `pip install cyclonedds`. Stops on SIGTERM and SIGINT, and takes nothing with it.
"""
import json
import mmap
import os
import signal
import sys
import time
from dataclasses import dataclass

import diffmsm_feed as feed

try:
    from cyclonedds.core import Policy, Qos
    from cyclonedds.domain import DomainParticipant
    from cyclonedds.idl import IdlStruct
    from cyclonedds.idl.types import float64, int32, sequence, uint8, uint32
    from cyclonedds.pub import DataWriter
    from cyclonedds.topic import Topic
    from cyclonedds.util import duration
except ImportError as error:
    sys.exit("bridge_ros2: error: no Cyclone DDS: %s; pip install cyclonedds" % error)


@dataclass
class Time(IdlStruct, typename="builtin_interfaces::msg::dds_::Time_"):
    sec: int32
    nanosec: uint32


@dataclass
class Header(IdlStruct, typename="std_msgs::msg::dds_::Header_"):
    stamp: Time
    frame_id: str


@dataclass
class JointState(IdlStruct, typename="sensor_msgs::msg::dds_::JointState_"):
    header: Header
    name: sequence[str]
    position: sequence[float64]
    velocity: sequence[float64]
    effort: sequence[float64]


@dataclass
class KeyValue(IdlStruct, typename="diagnostic_msgs::msg::dds_::KeyValue_"):
    key: str
    value: str


@dataclass
class DiagnosticStatus(IdlStruct, typename="diagnostic_msgs::msg::dds_::DiagnosticStatus_"):
    level: uint8
    name: str
    message: str
    hardware_id: str
    values: sequence[KeyValue]


@dataclass
class DiagnosticArray(IdlStruct, typename="diagnostic_msgs::msg::dds_::DiagnosticArray_"):
    header: Header
    status: sequence[DiagnosticStatus]


OK, WARN, ERROR = 0, 1, 2
PARAMETERS, STATE = 1, 2
FAULT = 5
STATUS = ("unidentifiable", "prior-limited", "identified")


def torque_qos(period):
    """What joint_states is offered with: the deadline that tells readers of the end."""
    return Qos(
        Policy.Reliability.Reliable(duration(milliseconds=10)),
        Policy.Durability.Volatile,
        Policy.History.KeepLast(1),
        Policy.Deadline(duration(milliseconds=2 * period)),
        Policy.Liveliness.ManualByTopic(lease_duration=duration(milliseconds=100)),
    )


def latched_qos():
    return Qos(
        Policy.Reliability.Reliable(duration(milliseconds=10)),
        Policy.Durability.TransientLocal,
        Policy.History.KeepLast(1),
    )


class Segment:
    """The feed's shared memory, one message at a time, each only once."""

    def __init__(self, name):
        self.path = "/dev/shm" + name
        self.memory = None
        self.seen = {}

    def read(self, place, kind):
        """The message at a place, None when there is no new one."""
        try:
            if self.memory is None:
                with open(self.path, "rb") as file:
                    if os.fstat(file.fileno()).st_size < 4096:
                        return None
                    self.memory = mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ)
        except OSError:
            return None
        lock = self.memory[place : place + 4]
        if lock == self.seen.get(place) or lock[0] % 2 or lock == b"\0\0\0\0":
            return None
        data = self.memory[place + 8 : place + 8 + feed.SIZES[kind]]
        if self.memory[place : place + 4] != lock:
            return None
        self.seen[place] = lock
        try:
            return feed.decode(data)
        except feed.Malformed:
            return None


class Bridge:
    def __init__(self, outline, namespace):
        self.schema = int(outline["schema"], 16)
        self.joints = [c["name"] for c in outline["coordinates"]]
        self.parameters = [(p["name"], p["unit"]) for p in outline["parameters"]]
        self.segment = Segment(outline["shared_memory"])
        participant = DomainParticipant(int(os.environ.get("ROS_DOMAIN_ID", "0")))
        prefix = "rt/" + namespace.strip("/") + "/"

        def writer(name, kind, qos):
            return DataWriter(participant, Topic(participant, prefix + name, kind), qos=qos)

        self.joint_states = writer("joint_states", JointState, torque_qos(10))
        self.latched = writer("parameters", DiagnosticArray, latched_qos())
        self.health = writer("health", DiagnosticArray, latched_qos())
        self.generation = None
        self.told = 0.0
        self.latest = None
        self.offset = time.time_ns() - time.monotonic_ns()

    def header(self, message):
        """A header on the day's clock: ROS has no other."""
        before = time.monotonic_ns()
        offset = time.time_ns() - before
        # followed where it is stepped or has drifted; a pause between the readings is neither
        if abs(offset - self.offset) > 10_000_000 and time.monotonic_ns() - before < 1_000_000:
            self.offset = offset
        stamp = message["sample_time"] + self.offset
        return Header(Time(stamp // 10**9, stamp % 10**9), "")

    def pump(self):
        state = self.segment.read(feed.SEGMENT_STATE, STATE)
        if state is not None and state["schema"] == self.schema:
            count = state["count"]
            self.latest = state
            self.joint_states.write(
                JointState(
                    self.header(state), self.joints, list(state["angle"][:count]),
                    list(state["rate"][:count]), list(state["torque"][:count]),
                )
            )
        parameters = self.segment.read(feed.SEGMENT_PARAMETERS, PARAMETERS)
        if parameters is not None and parameters["schema"] == self.schema:
            key = (parameters["session"], parameters["generation"])
            if key != self.generation:
                self.generation = key
                self.latched.write(self.table(parameters))
        if self.latest is not None and time.monotonic() - self.told >= 0.1:
            self.told = time.monotonic()
            self.health.write(self.diagnosis(self.latest))
        return state is not None

    def table(self, message):
        rows = []
        for slot, (name, unit) in enumerate(self.parameters):
            bits = message["status"][slot // 16] >> 2 * (slot % 16) & 3
            rows.append(
                DiagnosticStatus(
                    OK if bits == 2 else WARN, name, STATUS[min(bits, 2)], "diffmsm",
                    [
                        KeyValue("value", repr(message["value"][slot])),
                        KeyValue("sd", repr(message["sd"][slot])),
                        KeyValue("unit", unit),
                        KeyValue("generation", str(message["generation"])),
                    ],
                )
            )
        return DiagnosticArray(self.header(message), rows)

    def diagnosis(self, state):
        age = (time.monotonic_ns() - state["sample_time"]) * 1e-6
        holds = [name for bit, name in feed.HOLD_NAMES.items() if state["reasons"] & bit]
        armed = bool(state["flags"] & feed.FLAG_ARMED)
        level = ERROR if age > 250 or state["state"] == FAULT else WARN if holds else OK
        return DiagnosticArray(
            self.header(state),
            [
                DiagnosticStatus(
                    level, "diffmsm feed", "armed" if armed else "shadow", "diffmsm",
                    [
                        KeyValue("state", feed.STATES.get(state["state"], "unknown")),
                        KeyValue("age_ms", "%.1f" % age),
                        KeyValue("reasons", " ".join(holds)),
                        KeyValue("session", "%016x" % state["session"]),
                    ],
                )
            ],
        )


def main(path, namespace="diffmsm"):
    with open(path) as file:
        outline = json.load(file)
    if not outline.get("shared_memory"):
        sys.exit("bridge_ros2: error: %s: the session has no feed.shared_memory; add it" % path)
    wants_end = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wants_end.append(True))
    bridge = Bridge(outline, namespace)
    print("bridge_ros2: topics below %s" % namespace, file=sys.stderr, flush=True)
    while not wants_end:
        if not bridge.pump():
            time.sleep(0.0005)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[0])
    main(*sys.argv[1:])
