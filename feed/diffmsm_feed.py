# Made by feed-schema from Sources/ControllerFeed/FeedContract.swift; do not edit.
"""Messages of DiffMSM's controller feed: constants, layouts, and bytes to values."""
import math
import struct

MAGIC = 0x46534D44
VERSION = 1
PARAMETER_SLOTS = 48
COORDINATE_SLOTS = 8
MUSCLE_SLOTS = 24
SEGMENT_MAGIC = 0x53534D44
SEGMENT_SIZE = 4096
SEGMENT_STATE = 64
SEGMENT_PARAMETERS = 576
SEGMENT_INTERACTION = 64

STATES = {
    0: "starting",
    1: "acquiring",
    2: "identifying",
    3: "converged",
    4: "hold",
    5: "fault",
}

# Flags of the sender.
FLAG_ARMED = 0x00000001  # An operator has armed the feed.
FLAG_SHADOW = 0x00000002  # To be looked at, never to be acted on.
FLAG_FADING = 0x00000004  # Torque is on its way to zero.
FLAG_SLEWING = 0x00000008  # Values follow slower because of the sender's slew limit.
FLAG_NEWTONS = 0x00000010  # Forces are known in newtons.
FLAG_PRIOR_LIMITED = 0x00000020  # Forces are as sure as the prior on mass.
FLAG_CROSS_CHECKED = 0x00000040  # The independent integrator agreed with the parameters in force.
FLAG_MUSCLE_FORCES = 0x00000080  # The field muscle holds forces, else activations.
FLAG_INTERACTION_KNOWN = 0x00000100  # The torque of a worn device is measured and part of the model.
FLAG_ENDED = 0x00000200  # The sender has ended in order; nothing more will come.

# Why the sender holds.
HOLD_NO_SAMPLES = 0x00000001  # No complete sample has come yet.
HOLD_INPUT_LOST = 0x00000002  # A stream is silent.
HOLD_STALE = 0x00000004  # The latest sample is too old.
HOLD_GAP = 0x00000008  # The latest sample lies in a gap, or too shortly after one.
HOLD_ELECTRODE_OFF = 0x00000010  # An electrode is off the skin, or its channel flat.
HOLD_SATURATED = 0x00000020  # A channel is saturated.
HOLD_CLOCK_JUMP = 0x00000040  # A clock jumped.
HOLD_NO_PARAMETERS = 0x00000080  # No parameters were accepted yet.
HOLD_ESTIMATOR_STALLED = 0x00000100  # The estimator has not finished anything for too long.
HOLD_ESTIMATE_REFUSED = 0x00000200  # Estimate after estimate was refused, by the adoption policy or by the feed itself.
HOLD_NOT_FINITE = 0x00000400  # The torque is not a finite number.
HOLD_OUT_OF_BOUNDS = 0x00000800  # The torque is beyond its limit.
HOLD_UNCERTAIN = 0x00001000  # The torque's standard deviation is beyond its limit.
HOLD_INTERACTION_UNKNOWN = 0x00002000  # A device is worn and its torque is not known.
HOLD_NAMES = {
    HOLD_NO_SAMPLES: "no_samples",
    HOLD_INPUT_LOST: "input_lost",
    HOLD_STALE: "stale",
    HOLD_GAP: "gap",
    HOLD_ELECTRODE_OFF: "electrode_off",
    HOLD_SATURATED: "saturated",
    HOLD_CLOCK_JUMP: "clock_jump",
    HOLD_NO_PARAMETERS: "no_parameters",
    HOLD_ESTIMATOR_STALLED: "estimator_stalled",
    HOLD_ESTIMATE_REFUSED: "estimate_refused",
    HOLD_NOT_FINITE: "not_finite",
    HOLD_OUT_OF_BOUNDS: "out_of_bounds",
    HOLD_UNCERTAIN: "uncertain",
    HOLD_INTERACTION_UNKNOWN: "interaction_unknown",
}

# kind: (name, format, [(field, numbers, unit)])
LAYOUTS = {
    1: (
        "parameters",
        "<IHBBQQIIqqIHHII4I48f48ffI",
        [
            ("magic", 1, "1"),
            ("version", 1, "1"),
            ("kind", 1, "1"),
            ("state", 1, "1"),
            ("schema", 1, "1"),
            ("session", 1, "1"),
            ("sequence", 1, "1"),
            ("flags", 1, "bits"),
            ("sample_time", 1, "ns"),
            ("send_time", 1, "ns"),
            ("age", 1, "us"),
            ("size", 1, "bytes"),
            ("count", 1, "1"),
            ("generation", 1, "1"),
            ("reasons", 1, "bits"),
            ("status", 4, "2 bits a slot"),
            ("value", 48, "the slot's"),
            ("sd", 48, "the slot's"),
            ("largest_relative_sd", 1, "1"),
            ("crc", 1, "1"),
        ],
    ),
    2: (
        "state",
        "<IHBBQQIIqqIHHII8f8f8f8f8f36f24ffI",
        [
            ("magic", 1, "1"),
            ("version", 1, "1"),
            ("kind", 1, "1"),
            ("state", 1, "1"),
            ("schema", 1, "1"),
            ("session", 1, "1"),
            ("sequence", 1, "1"),
            ("flags", 1, "bits"),
            ("sample_time", 1, "ns"),
            ("send_time", 1, "ns"),
            ("age", 1, "us"),
            ("size", 1, "bytes"),
            ("count", 1, "1"),
            ("generation", 1, "1"),
            ("reasons", 1, "bits"),
            ("torque", 8, "N*m"),
            ("torque_sd", 8, "N*m"),
            ("angle", 8, "rad"),
            ("rate", 8, "rad/s"),
            ("gravity", 8, "N*m"),
            ("inertia", 36, "kg*m^2"),
            ("muscle", 24, "N or 1"),
            ("payload", 1, "kg"),
            ("crc", 1, "1"),
        ],
    ),
    3: (
        "interaction",
        "<IHBBQQIIqqIHHII8fQII",
        [
            ("magic", 1, "1"),
            ("version", 1, "1"),
            ("kind", 1, "1"),
            ("state", 1, "1"),
            ("schema", 1, "1"),
            ("session", 1, "1"),
            ("sequence", 1, "1"),
            ("flags", 1, "bits"),
            ("sample_time", 1, "ns"),
            ("send_time", 1, "ns"),
            ("age", 1, "us"),
            ("size", 1, "bytes"),
            ("count", 1, "1"),
            ("generation", 1, "1"),
            ("reasons", 1, "bits"),
            ("torque", 8, "N*m"),
            ("tag", 1, "1"),
            ("reserved", 1, "1"),
            ("crc", 1, "1"),
        ],
    ),
}
SIZES = {kind: struct.calcsize(layout[1]) for kind, layout in LAYOUTS.items()}

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    _TABLE.append(_byte)


def crc32c(data):
    """CRC-32C (Castagnoli) of bytes."""
    rest = 0xFFFFFFFF
    for byte in data:
        rest = rest >> 8 ^ _TABLE[(rest ^ byte) & 0xFF]
    return rest ^ 0xFFFFFFFF


class Malformed(ValueError):
    """Bytes that are no message of this contract."""


def decode(data):
    """A message as a dictionary, fields of several numbers as tuples; raises Malformed."""
    if len(data) < 8:
        raise Malformed("too short")
    magic, version, kind = struct.unpack_from("<IHB", data)
    if magic != MAGIC:
        raise Malformed("wrong magic")
    if version != VERSION:
        raise Malformed("version %d, expected %d" % (version, VERSION))
    if kind not in LAYOUTS:
        raise Malformed("unknown kind %d" % kind)
    if len(data) != SIZES[kind]:
        raise Malformed("%d bytes, expected %d" % (len(data), SIZES[kind]))
    if crc32c(data[:-4]) != struct.unpack_from("<I", data, len(data) - 4)[0]:
        raise Malformed("wrong CRC")
    name, layout, fields = LAYOUTS[kind]
    numbers = struct.unpack(layout, data)
    message = {"name": name}
    place = 0
    for field, count, _ in fields:
        message[field] = numbers[place] if count == 1 else numbers[place : place + count]
        place += count
    if message["size"] != len(data):
        raise Malformed("its size is not its length")
    for value in numbers:
        if isinstance(value, float) and not math.isfinite(value):
            raise Malformed("a value is not finite")
    return message
