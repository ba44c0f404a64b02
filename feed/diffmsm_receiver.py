"""Receiver of DiffMSM's controller feed: the same rules as diffmsm_receiver.c, for controllers in Python.

    receiver = Receiver(schema=0x..., torque_limit=[20, 10], torque_rate=[200, 100], fallback=[...],
                        minimum=[...], maximum=[...], rate=[...])
    each cycle: receiver.take(datagram, now) for each; receiver.step(now); then receiver.torque, receiver.parameter

Times are seconds of time.monotonic(). What is used is zero or fades unless the sender is armed, known, fresh and within
limits; anything else while it is armed latches a fault until reset().
"""
import mmap
import os
import struct

import diffmsm_feed as feed

LONGEST_STEP = 0.02


class Refused(Exception):
    """A message that was not accepted; str() says why."""


class Receiver:
    """One feed, followed."""

    def __init__(self, schema, torque_limit, torque_rate, fallback=(), minimum=(), maximum=(), rate=(),
                 silence=0.05, largest_age=0.25, fade=0.15, same_clock=False):
        if len(torque_limit) != len(torque_rate) or len(torque_limit) > feed.COORDINATE_SLOTS:
            raise ValueError("every torque has a limit and a rate")
        if not len(fallback) == len(minimum) == len(maximum) == len(rate) <= feed.PARAMETER_SLOTS:
            raise ValueError("every parameter has fallback, minimum, maximum and rate")
        if not all(value > 0 for value in list(torque_limit) + list(torque_rate) + list(rate)):
            raise ValueError("limits and rates are positive")
        if not all(low <= start <= high for low, start, high in zip(minimum, fallback, maximum)):
            raise ValueError("a fallback lies within its bounds")
        if min(silence, largest_age, fade) <= 0:
            raise ValueError("times are positive")
        self.schema = schema
        self.torque_limit, self.torque_rate = list(torque_limit), list(torque_rate)
        self.minimum, self.maximum, self.rate = list(minimum), list(maximum), list(rate)
        self.silence, self.largest_age, self.fade = silence, largest_age, fade
        self.same_clock = same_clock
        self.torque = [0.0] * len(torque_limit)
        self.parameter = [float(value) for value in fallback]
        self.fault = None
        self.is_active = False
        self.state = None
        self.parameters = None
        self.session = None
        self.counts = {}
        self._is_current = False
        self._arrival = None
        self._stepped = None
        self._fade_start = None
        self._fade_left = 0.0

    @classmethod
    def of_outline(cls, outline, **options):
        """The receiver for a session, from what `diffmsm feed --config SESSION.yaml --json` prints."""
        torques, parameters = outline["coordinates"], outline["parameters"]
        return cls(
            int(outline["schema"], 16),
            [torque["torque_limit"] for torque in torques], [torque["torque_rate"] for torque in torques],
            # until parameters come, the middle of what they may be
            fallback=[(number["minimum"] + number["maximum"]) / 2 for number in parameters],
            minimum=[number["minimum"] for number in parameters],
            maximum=[number["maximum"] for number in parameters],
            rate=[number["rate"] for number in parameters],
            largest_age=outline["max_age"], fade=outline["fade"], **options)

    def reset(self):
        """Forgets a fault: an operator's act. Only what comes afterwards moves anything."""
        self.fault = None
        self.torque = [0.0] * len(self.torque)
        self._fade_start, self._fade_left = list(self.torque), 0.0
        self._is_current = False

    def take(self, data, now):
        """Takes a message; True when it was accepted. The reason of a refusal is counted in counts."""
        try:
            self._judge(data, now)
        except (Refused, feed.Malformed) as refusal:
            word = str(refusal)
            self.counts[word] = self.counts.get(word, 0) + 1
            return False
        self.counts["accepted"] = self.counts.get("accepted", 0) + 1
        return True

    def step(self, now):
        """Brings torque and parameters to now."""
        passed = 0.0 if self._stepped is None else max(now - self._stepped, 0.0)
        self._stepped = now
        if self._is_armed():
            if now - self._arrival > self.silence:
                self._latch("silent")
            if self._age(now) > self.largest_age and any(self.state["torque"]):
                self._latch("stale")
        self.is_active = self._is_armed() and self.fault is None and self.state["state"] != 5
        seconds = min(passed, LONGEST_STEP)
        if self.is_active:
            self._fade_start = None
            self.torque = [
                _toward(value, target, rate * seconds)
                for value, target, rate in zip(self.torque, self.state["torque"], self.torque_rate)]
        else:
            if self._fade_start is None:
                self._fade_start, self._fade_left = list(self.torque), self.fade
            self._fade_left = max(self._fade_left - passed, 0.0)
            self.torque = [value * (self._fade_left / self.fade) for value in self._fade_start]
        if self.parameters is not None:
            self.parameter = [
                _toward(value, target, rate * seconds)
                for value, target, rate in zip(self.parameter, self.parameters["value"], self.rate)]

    def _is_armed(self):
        return (self._is_current and self.state is not None and self.state["flags"] & feed.FLAG_ARMED != 0
                and self.state["flags"] & feed.FLAG_SHADOW == 0)

    def _age(self, now):
        return self.state["age"] * 1e-6 + now - self._arrival

    def _latch(self, fault):
        if self.fault is None:
            self.fault = fault

    def _judge(self, data, now):
        try:
            message = feed.decode(data)
        except feed.Malformed as malformed:
            # a whole message with a value that is none is the sender's fault, damage is not
            if "not finite" in str(malformed) and self._is_armed():
                self._latch("value")
            raise
        if message["name"] not in ("state", "parameters"):
            raise Refused("wrong kind")
        if message["schema"] != self.schema:
            if self._is_armed():
                self._latch("schema")
            raise Refused("wrong schema")
        is_state = message["name"] == "state"
        is_new = message["session"] != self.session
        if is_new and (message["flags"] & feed.FLAG_ARMED or not message["flags"] & feed.FLAG_SHADOW):
            if self._is_armed():
                self._latch("session")
            raise Refused("wrong session")
        last = self.state if is_state else self.parameters
        if not is_new and last is not None:
            step = (message["sequence"] - last["sequence"]) & 0xFFFFFFFF
            if step == 0 or step >= 0x80000000:
                raise Refused("repeated")
        if not self._is_within(message, is_state):
            if self._is_armed():
                self._latch("value")
            raise Refused("out of bounds")
        if is_state:
            arrival = now
            if self.same_clock:
                sent = message["send_time"] * 1e-9
                if sent > now + 0.001:
                    raise Refused("stale")
                arrival = min(arrival, sent)
            if message["age"] * 1e-6 + now - arrival > self.largest_age and any(message["torque"]):
                raise Refused("stale")
        if is_new and self._is_armed():
            self._latch("session")
        if is_new:
            self.state = self.parameters = None
            self._is_current = False
        if is_state:
            if self._is_armed() and message["state"] == 5:
                self._latch("sender")
            self.state, self._arrival, self._is_current = message, arrival, True
        else:
            self.parameters = message
        self.session = message["session"]

    def _is_within(self, message, is_state):
        if message["state"] not in feed.STATES:
            return False
        if is_state:
            return message["count"] == len(self.torque) and all(
                abs(value) <= limit and deviation >= 0
                for value, deviation, limit in zip(
                    message["torque"], message["torque_sd"], self.torque_limit))
        return message["count"] == len(self.parameter) and all(
            low <= value <= high and deviation >= 0
            for value, deviation, low, high in zip(
                message["value"], message["sd"], self.minimum, self.maximum))


def _toward(value, target, step):
    return value + max(-step, min(step, target - value))


class Segment:
    """The daemon's shared memory, read only; read() gives a message that is new, else None."""

    def __init__(self, name):
        handle = os.open("/dev/shm/" + name.lstrip("/"), os.O_RDONLY)
        try:
            self._memory = mmap.mmap(handle, feed.SEGMENT_SIZE, mmap.MAP_SHARED, mmap.PROT_READ)
        finally:
            os.close(handle)
        self._locks = {}

    def read(self, place, size):
        """The message at a place, when it is new and was not being written meanwhile."""
        for _ in range(8):
            before = struct.unpack_from("<I", self._memory, place)[0]
            if before == 0 or before == self._locks.get(place):
                return None
            if before & 1:
                continue
            data = bytes(self._memory[place + 8 : place + 8 + size])
            if struct.unpack_from("<I", self._memory, place)[0] == before:
                self._locks[place] = before
                return data
        return None
