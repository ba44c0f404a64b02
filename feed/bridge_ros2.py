"""ROS 2 topics of a DiffMSM session's feed, in a process of their own, over Cyclone DDS: bridge_ros2.py OUTLINE [NAMESPACE]

OUTLINE is what `diffmsm feed --config SESSION.yaml --json` prints; it must name shared memory. Topics, below NAMESPACE (diffmsm):
  joint_states  sensor_msgs/msg/JointState              angle, rate and the muscles' torque, at every state
  joint_command control_msgs/msg/JointCommand           the torque that a receiver may use, as an effort command, while the feed is armed
  parameters    diagnostic_msgs/msg/DiagnosticArray     value, sd, status of each parameter, on change, latched
  health        diagnostic_msgs/msg/DiagnosticArray     state, mode, age and reasons to hold, ten times a second

Nothing is commanded unless an operator has armed the feed: joint_command is what the reference receiver (diffmsm_receiver.py) makes of it, checked,
within limits and slewed. With the feed disarmed, silent, stale or at fault it fades to zero, ends with one message of zeros, and is silent until
the feed was seen disarmed and was armed again. It ends with this process, too, which its deadline and its stamps tell.

Only topics: no services, no actions, no ROS parameters. The node shows in the graph as _CREATED_BY_BARE_DDS_APP_. Torque is offered with a
deadline of two periods and a liveliness that every write asserts, so that a reader that asks for both is told when this process, or the
daemon behind it, has ended. Needs `pip install cyclonedds`. Stops on SIGTERM and SIGINT, and takes nothing with it.
"""
import json
import os
import signal
import sys
import time
from dataclasses import dataclass

import diffmsm_feed as feed
from diffmsm_receiver import Receiver, Segment

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
class JointCommand(IdlStruct, typename="control_msgs::msg::dds_::JointCommand_"):
    header: Header
    joint_names: sequence[str]
    interface_name: str
    values: sequence[float64]


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


# Fast DDS, which most ROS 2 nodes speak, describes types in a way that Cyclone takes for another type; by their names they are the same
CONFIGURATION = (
    "<CycloneDDS><Domain><Compatibility><IgnoreTypeInformation>1.15</IgnoreTypeInformation></Compatibility></Domain></CycloneDDS>"
)
OK, WARN, ERROR = 0, 1, 2
PARAMETERS, STATE = 1, 2
FAULT = 5
# from one command to the next while torque fades [s]
FADE_PERIOD = 0.005
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


class Bridge:
    def __init__(self, outline, namespace):
        self.schema = int(outline["schema"], 16)
        self.joints = [c["name"] for c in outline["coordinates"]]
        self.parameters = [(p["name"], p["unit"]) for p in outline["parameters"]]
        self.memory = outline["shared_memory"]
        self.segment = None
        self.receiver = Receiver.of_outline(outline, same_clock=True)
        participant = DomainParticipant(int(os.environ.get("ROS_DOMAIN_ID", "0")))
        prefix = "rt/" + namespace.strip("/") + "/"

        def writer(name, kind, qos):
            return DataWriter(participant, Topic(participant, prefix + name, kind), qos=qos)

        self.joint_states = writer("joint_states", JointState, torque_qos(10))
        self.command = writer("joint_command", JointCommand, torque_qos(10))
        self.is_commanding = False
        self.commanded = 0.0
        self.latched = writer("parameters", DiagnosticArray, latched_qos())
        self.health = writer("health", DiagnosticArray, latched_qos())
        self.generation = None
        self.told = 0.0
        self.latest = None
        self.offset = time.time_ns() - time.monotonic_ns()

    def header(self, time_ns):
        """A header on the day's clock: ROS has no other."""
        before = time.monotonic_ns()
        offset = time.time_ns() - before
        # followed where it is stepped or has drifted; a pause between the readings is neither
        if abs(offset - self.offset) > 10_000_000 and time.monotonic_ns() - before < 1_000_000:
            self.offset = offset
        stamp = time_ns + self.offset
        return Header(Time(stamp // 10**9, stamp % 10**9), "")

    def read(self, place, kind):
        """The message at a place that is new and this session's, for the receiver too; None when there is none."""
        if self.segment is None:
            try:
                self.segment = Segment(self.memory)
            except (OSError, ValueError):
                return None
        data = self.segment.read(place, feed.SIZES[kind])
        if data is None:
            return None
        self.receiver.take(data, time.monotonic())
        try:
            message = feed.decode(data)
        except feed.Malformed:
            return None
        return message if message["schema"] == self.schema else None

    def pump(self):
        state = self.read(feed.SEGMENT_STATE, STATE)
        if state is not None:
            count = state["count"]
            self.latest = state
            self.joint_states.write(
                JointState(
                    self.header(state["sample_time"]), self.joints, list(state["angle"][:count]),
                    list(state["rate"][:count]), list(state["torque"][:count]),
                )
            )
        self.command_torque(state)
        parameters = self.read(feed.SEGMENT_PARAMETERS, PARAMETERS)
        if parameters is not None:
            key = (parameters["session"], parameters["generation"])
            if key != self.generation:
                self.generation = key
                self.latched.write(self.table(parameters))
        if self.latest is not None and time.monotonic() - self.told >= 0.1:
            self.told = time.monotonic()
            self.health.write(self.diagnosis(self.latest))
        return state is not None

    def command_torque(self, state):
        """Torque as a command while it follows the feed, then on its way to zero, then silence."""
        now = time.monotonic()
        receiver = self.receiver
        receiver.step(now)
        is_zero = not any(receiver.torque)
        if state is not None and state["flags"] & feed.FLAG_SHADOW and receiver.fault and is_zero:
            # to arm it again is an operator's act
            receiver.reset()
        if receiver.is_active:
            if state is None:
                return
            stamp = state["sample_time"]
        elif self.is_commanding and now - self.commanded >= FADE_PERIOD:
            stamp = time.monotonic_ns()
        else:
            return
        self.commanded = now
        self.is_commanding = receiver.is_active or not is_zero
        self.command.write(
            JointCommand(self.header(stamp), self.joints, "effort", list(receiver.torque)))

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
        return DiagnosticArray(self.header(message["sample_time"]), rows)

    def diagnosis(self, state):
        age = (time.monotonic_ns() - state["sample_time"]) * 1e-6
        holds = [name for bit, name in feed.HOLD_NAMES.items() if state["reasons"] & bit]
        armed = bool(state["flags"] & feed.FLAG_ARMED)
        level = ERROR if age > 250 or state["state"] == FAULT else WARN if holds else OK
        return DiagnosticArray(
            self.header(state["sample_time"]),
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
    # what the user says comes first, a list with commas
    os.environ["CYCLONEDDS_URI"] = ",".join(filter(None, [os.environ.get("CYCLONEDDS_URI"), CONFIGURATION]))
    bridge = Bridge(outline, namespace)
    print("bridge_ros2: topics below %s" % namespace, file=sys.stderr, flush=True)
    while not wants_end:
        if not bridge.pump():
            time.sleep(0.0005)
    # torque goes to zero first: to the receiver the feed has fallen silent
    while bridge.is_commanding:
        bridge.command_torque(None)
        time.sleep(0.0005)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[0])
    main(*sys.argv[1:])
