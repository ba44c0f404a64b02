#!/usr/bin/env python3
"""Reads a session's ROS 2 topics with a node of rclpy over another vendor's DDS: check_rclpy.py OUTLINE

A bridge is started; the node must hear torque by name with stamps that run forward, and the latched parameters though it comes late. No deadline
may be missed while the bridge runs; killed with -9, its deadline must tell.
"""
import json
import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
# both on loopback, without memory that containers do not share
os.environ.setdefault("FASTDDS_BUILTIN_TRANSPORTS", "UDPv4")
os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
os.environ.setdefault(
    "CYCLONEDDS_URI",
    '<CycloneDDS><Domain><General><Interfaces><NetworkInterface name="lo" multicast="false"/></Interfaces>'
    "<AllowMulticast>false</AllowMulticast></General><Discovery><ParticipantIndex>auto</ParticipantIndex>"
    '<Peers><Peer Address="127.0.0.1"/></Peers></Discovery></Domain></CycloneDDS>',
)
FEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../feed")
DEADLINE = 0.05

import rclpy  # noqa: E402
from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from rclpy.duration import Duration  # noqa: E402
from rclpy.event_handler import SubscriptionEventCallbacks  # noqa: E402
from rclpy.qos import DurabilityPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy  # noqa: E402
from sensor_msgs.msg import JointState  # noqa: E402


def bridge(outline):
    return subprocess.Popen([sys.executable, os.path.join(FEED, "bridge_ros2.py"), outline])


def main(path):
    with open(path) as file:
        outline = json.load(file)
    rclpy.init()
    node = rclpy.create_node("diffmsm_check")
    states, tables, missed = [], [], []
    node.create_subscription(
        JointState, "diffmsm/joint_states", lambda state: states.append((time.time_ns(), time.monotonic(), state)),
        QoSProfile(
            depth=1000, reliability=ReliabilityPolicy.RELIABLE, deadline=Duration(seconds=DEADLINE),
            liveliness=LivelinessPolicy.MANUAL_BY_TOPIC, liveliness_lease_duration=Duration(seconds=2 * DEADLINE)),
        event_callbacks=SubscriptionEventCallbacks(deadline=lambda _: missed.append(time.monotonic())))

    def spin(until, seconds):
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            rclpy.spin_once(node, timeout_sec=0.05)

    first = bridge(path)
    try:
        spin(lambda: len(states) >= 1000, 30)
        assert len(states) >= 1000, "%d states in 30 s" % len(states)
        false_alarms = len([moment for moment in missed if moment > states[0][1]])
        # whoever comes late gets what was latched
        node.create_subscription(
            DiagnosticArray, "diffmsm/parameters", tables.append,
            QoSProfile(
                depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        spin(lambda: tables, 10)
        assert tables, "no parameters"
        missed.clear()
        spin(lambda: False, 0.5)
        killed = time.monotonic()
        first.kill()
        first.wait()
        last = states[-1][1]
        spin(lambda: [moment for moment in missed if moment > killed], 5)
        noticed = [moment for moment in missed if moment > killed]
        assert noticed, "nobody missed the bridge"
    finally:
        first.kill()
    names = [c["name"] for c in outline["coordinates"]]
    limits = [c["torque_limit"] for c in outline["coordinates"]]
    for _, _, state in states:
        assert list(state.name) == names, state.name
        assert all(abs(e) <= limit for e, limit in zip(state.effort, limits))
    assert [s.name for s in tables[-1].status] == [p["name"] for p in outline["parameters"]]
    stamps = [s.header.stamp.sec * 10**9 + s.header.stamp.nanosec for _, _, s in states]
    assert all(a <= b for a, b in zip(stamps, stamps[1:])), "stamps go back"
    ages = sorted(1e-6 * (arrival - stamp) for (arrival, _, _), stamp in zip(states, stamps))
    print(
        "rclpy: %d states in %.2f s, age of the sample on arrival %.1f ms in the median and %.1f ms in 99 %%, %d parameters latched, %d false "
        "deadlines, kill -9 noticed %.0f ms after it, %.0f ms after the last state (deadline %.0f ms)"
        % (
            len(states), states[-1][1] - states[0][1], statistics.median(ages), ages[len(ages) * 99 // 100],
            len(tables[-1].status), false_alarms, 1e3 * (noticed[0] - killed), 1e3 * (noticed[0] - last),
            1e3 * DEADLINE))
    node.destroy_node()
    rclpy.shutdown()


main(sys.argv[1])
