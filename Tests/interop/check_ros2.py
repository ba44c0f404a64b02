#!/usr/bin/env python3
"""Reads a session's ROS 2 topics over Cyclone DDS, with the types and the QoS of ROS 2 nodes: check_ros2.py OUTLINE PROGRAM SOCKET

A bridge is started and must deliver torque by name, parameters to who comes late, and health; a command only after PROGRAM has armed the
daemon at SOCKET, and none after disarming but a fade to zero; after kill -9 the reader must be told within some deadlines that nobody writes any
more, and the next bridge must be heard without a word from anybody. check_rclpy.py reads with ROS 2 itself.
"""
import atexit
import json
import os
import subprocess
import sys
import time

FEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../feed")
sys.path.insert(0, FEED)
os.environ.setdefault(
    "CYCLONEDDS_URI",
    '<CycloneDDS><Domain><General><Interfaces><NetworkInterface name="lo" multicast="true"/></Interfaces>'
    "</General></Domain></CycloneDDS>",
)

from cyclonedds.core import Listener, Policy, Qos  # noqa: E402
from cyclonedds.domain import DomainParticipant  # noqa: E402
from cyclonedds.sub import DataReader  # noqa: E402
from cyclonedds.topic import Topic  # noqa: E402
from cyclonedds.util import duration  # noqa: E402

import bridge_ros2 as ros  # noqa: E402


class Ears(Listener):
    """When deadlines were missed and writers came and went."""

    def __init__(self):
        super().__init__()
        self.missed = []
        self.alive = []

    def on_requested_deadline_missed(self, reader, status):
        self.missed.append(time.monotonic())

    def on_liveliness_changed(self, reader, status):
        self.alive.append((time.monotonic(), status.alive_count))


def bridge(outline):
    process = subprocess.Popen([sys.executable, os.path.join(FEED, "bridge_ros2.py"), outline])
    atexit.register(process.kill)
    return process


def collect(reader, seconds, enough=1):
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(found) < enough:
        found += reader.take(100)
        time.sleep(0.002)
    return found


def control(program, socket, word):
    return subprocess.run([program, word, "--socket", socket], capture_output=True, text=True)


def commanded(reader, program, socket, names, limits):
    """Torque as a command: none before arming, gated and slewed while armed, a fade to zero and silence afterwards."""
    assert not collect(reader, 1), "something is commanded by an unarmed feed"
    end = time.monotonic() + 60
    while (armed := control(program, socket, "arm")).returncode != 0:
        assert time.monotonic() < end, armed.stderr
        time.sleep(0.5)
    commands = collect(reader, 20, enough=500)
    assert len(commands) >= 500, "%d commands in 20 s" % len(commands)
    assert control(program, socket, "disarm").returncode == 0
    commands += collect(reader, 1, enough=10**9)
    assert not any(commands[-1].values), "the last command is no zero: %s" % commands[-1].values
    assert not collect(reader, 1), "commands after the end"
    for command in commands:
        assert list(command.joint_names) == names and command.interface_name == "effort"
        assert len(command.values) == len(names)
        assert all(abs(value) <= limit for value, limit in zip(command.values, limits))
    steps = [
        abs(b - a) / limit for one, two in zip(commands, commands[1:])
        for a, b, limit in zip(one.values, two.values, limits)]
    # a limit in feed.torque_rise, 0.1 s; a step of the receiver is 20 ms at most, and one message may be missed
    assert max(steps) < 0.45, "a command jumps by %.2f of its limit" % max(steps)
    assert any(any(command.values) for command in commands)
    return len(commands)


def main(path, program, control_socket):
    with open(path) as file:
        outline = json.load(file)
    participant = DomainParticipant(int(os.environ.get("ROS_DOMAIN_ID", "0")))
    ears = Ears()
    qos = Qos(
        Policy.Reliability.Reliable(duration(milliseconds=100)),
        # earlier than the end of the lease of 100 ms, with which nothing is due any more
        Policy.Deadline(duration(milliseconds=50)),
        Policy.Liveliness.ManualByTopic(lease_duration=duration(milliseconds=200)),
        Policy.History.KeepLast(1000),
    )
    torque = DataReader(
        participant, Topic(participant, "rt/diffmsm/joint_states", ros.JointState), qos=qos,
        listener=ears)
    first = bridge(path)
    states = collect(torque, 20, enough=300)
    assert len(states) >= 300, "%d states in 20 s" % len(states)
    names = [c["name"] for c in outline["coordinates"]]
    limits = [c["torque_limit"] for c in outline["coordinates"]]
    for state in states:
        assert list(state.name) == names, state.name
        assert len(state.position) == len(state.velocity) == len(state.effort) == len(names)
        assert all(abs(e) <= limit for e, limit in zip(state.effort, limits))
    stamps = [s.header.stamp.sec * 10**9 + s.header.stamp.nanosec for s in states]
    back = [(a, b) for a, b in zip(stamps, stamps[1:]) if b < a]
    assert not back, "stamps go back: %s" % back[:3]
    assert abs(stamps[-1] - time.time_ns()) < 5 * 10**9, "the last stamp is %d ns old" % (time.time_ns() - stamps[-1])
    # whoever comes late gets what was latched
    late = DataReader(
        participant, Topic(participant, "rt/diffmsm/parameters", ros.DiagnosticArray),
        qos=ros.latched_qos())
    table = collect(late, 10)
    assert table, "no parameters"
    assert [s.name for s in table[-1].status] == [p["name"] for p in outline["parameters"]]
    health = DataReader(
        participant, Topic(participant, "rt/diffmsm/health", ros.DiagnosticArray),
        qos=ros.latched_qos())
    told = collect(health, 5)
    assert told and told[-1].status[0].message in ("shadow", "armed"), told
    commands = DataReader(
        participant, Topic(participant, "rt/diffmsm/joint_command", ros.JointCommand), qos=qos)
    count = commanded(commands, program, control_socket, names, limits)
    # killed, it takes nothing with it, and is missed
    ears.missed.clear()
    killed = time.monotonic()
    first.kill()
    first.wait()
    while not ears.missed and time.monotonic() < killed + 5:
        time.sleep(0.001)
    assert ears.missed, "nobody missed the bridge"
    noticed = ears.missed[0] - killed
    collect(torque, 0.5, enough=10**9)
    second = bridge(path)
    again = collect(torque, 20, enough=50)
    second.terminate()
    assert second.wait(10) == 0
    assert len(again) >= 50, "the next bridge is not heard"
    span = 1e-9 * (stamps[-1] - stamps[0])
    print(
        "ros2: %d states in %.2f s, %d parameters latched, %d commands while armed, kill -9 noticed after %.0f ms (deadline 50 ms)"
        % (len(states), span, len(table[-1].status), count, 1e3 * noticed))


main(*sys.argv[1:])
