"""What the Python receiver must do, case by case: python3 test_receiver.py GOLDEN_FOLDER"""
import os
import struct
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import diffmsm_feed as feed
from diffmsm_receiver import Receiver

SCHEMA = 0xABCDEF


def make(kind, session, sequence, flags, now, values, count=2, **changed):
    _, layout, fields = feed.LAYOUTS[kind]
    numbers = {"magic": feed.MAGIC, "version": feed.VERSION, "kind": kind, "state": 3, "schema": SCHEMA,
               "session": session, "sequence": sequence, "flags": flags, "sample_time": int((now - 0.02) * 1e9),
               "send_time": int(now * 1e9), "age": 20000, "size": feed.SIZES[kind], "count": count, "generation": 1}
    numbers.update(values)
    numbers.update(changed)
    flat = []
    for name, many, _ in fields:
        value = numbers.get(name, 0)
        flat += [value] if many == 1 else list(value or ()) + [0] * (many - len(value or ()))
    data = struct.pack(layout, *flat)
    return data[:-4] + struct.pack("<I", feed.crc32c(data[:-4]))


def state(session, sequence, flags, now, torque, **changed):
    return make(2, session, sequence, flags, now, {"torque": [torque, -torque / 2], "torque_sd": [0.5, 0.25]}, **changed)


def parameters(session, sequence, flags, now, first, **changed):
    return make(1, session, sequence, flags, now, {"value": [first, 1.5], "sd": [10, 0.1]}, **changed)


class ReceiverTest(unittest.TestCase):
    def setUp(self):
        self.now = 1000.0

    def following(self):
        receiver = Receiver(SCHEMA, [20, 10], [200, 100], [1000, 1.5], [500, 1], [1500, 2], [100, 1])
        self.sequence = 100
        self.assertTrue(receiver.take(state(7, 99, feed.FLAG_SHADOW, self.now, 8), self.now))
        self.assertTrue(receiver.take(parameters(7, 1, feed.FLAG_SHADOW, self.now, 1100), self.now))
        for _ in range(1100):
            self.now += 0.001
            self.assertTrue(self.send(receiver, 8))
            receiver.step(self.now)
        self.assertEqual(receiver.torque, [8, -4])
        self.assertTrue(receiver.is_active)
        return receiver

    def send(self, receiver, torque, flags=feed.FLAG_ARMED, **changed):
        self.sequence += 1
        return receiver.take(state(7, self.sequence, flags, self.now, torque, **changed), self.now)

    def fades(self, receiver):
        start = receiver.torque[0]
        for step in range(1, 300):
            self.now += 0.001
            receiver.step(self.now)
            self.assertAlmostEqual(receiver.torque[0], start * max(0, 1 - step / 150), delta=0.17)
        self.assertEqual(receiver.torque, [0, 0])

    def test_slew(self):
        receiver = self.following()
        last = receiver.torque[0]
        for step in range(300):
            self.now += 0.001
            self.assertTrue(self.send(receiver, 19 if step % 100 < 50 else -19))
            receiver.step(self.now)
            self.assertLessEqual(abs(receiver.torque[0] - last), 0.2001)
            last = receiver.torque[0]
        self.assertLessEqual(abs(receiver.parameter[0] - 1100), 0.001)

    def test_silence_latches_until_reset(self):
        receiver = self.following()
        self.now += 0.0505
        receiver.step(self.now)
        self.assertEqual(receiver.fault, "silent")
        receiver = self.following()
        self.now += 0.049
        receiver.step(self.now)
        self.assertIsNone(receiver.fault)
        self.now += 0.002
        receiver.step(self.now)
        self.fades(receiver)
        self.send(receiver, 8)
        receiver.step(self.now)
        self.assertEqual((receiver.torque[0], receiver.is_active), (0, False))
        receiver.reset()
        self.now += 0.001
        self.send(receiver, 8)
        receiver.step(self.now)
        self.assertTrue(receiver.is_active and 0 < receiver.torque[0] <= 0.2001)

    def test_refusals(self):
        receiver = self.following()
        whole = state(7, self.sequence + 1, feed.FLAG_ARMED, self.now, 8)
        for word, data in [
                ("too short", whole[:5]), ("wrong magic", b"x" + whole[1:]), ("472 bytes", None),
                ("wrong CRC", whole[:70] + b"\x55" + whole[71:]), ("468 bytes, expected 472", whole[:-4])]:
            if data is not None:
                self.assertFalse(receiver.take(data, self.now))
                self.assertTrue(any(word in key for key in receiver.counts), (word, receiver.counts))
        self.assertFalse(receiver.take(state(7, self.sequence, feed.FLAG_ARMED, self.now, 8), self.now))
        self.assertIn("repeated", receiver.counts)
        self.assertFalse(self.send(receiver, 8, age=251000))
        self.assertIn("stale", receiver.counts)
        self.assertIsNone(receiver.fault)
        for fault, data in [
                ("session", state(8, 1, feed.FLAG_ARMED, self.now, 8)),
                ("schema", state(7, 9999, feed.FLAG_ARMED, self.now, 8, schema=1)),
                ("value", state(7, 9999, feed.FLAG_ARMED, self.now, 20.01)),
                ("value", state(7, 9999, feed.FLAG_ARMED, self.now, 8, gravity=[float("nan")])),
                ("value", parameters(7, 9999, feed.FLAG_ARMED, self.now, 1501))]:
            receiver = self.following()
            self.assertFalse(receiver.take(data, self.now))
            self.assertEqual(receiver.fault, fault)
            self.fades(receiver)

    def test_every_flipped_bit_is_refused(self):
        receiver = self.following()
        whole = state(7, self.sequence + 1, feed.FLAG_ARMED, self.now, 8)
        for bit in range(8 * len(whole)):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            self.assertFalse(receiver.take(bytes(damaged), self.now))

    def test_sessions(self):
        receiver = self.following()
        self.assertTrue(receiver.take(state(8, 1, feed.FLAG_SHADOW, self.now, 0), self.now))
        self.assertEqual(receiver.fault, "session")
        self.fades(receiver)
        receiver.reset()
        self.assertTrue(receiver.take(state(8, 2, feed.FLAG_ARMED, self.now, 0), self.now))
        self.assertFalse(receiver.take(state(7, 9999, feed.FLAG_ARMED, self.now, 0), self.now))

    def test_age(self):
        receiver = self.following()
        receiver.silence = 10
        self.assertTrue(self.send(receiver, 8, age=100000, send_time=5))
        self.now += 0.149
        receiver.step(self.now)
        self.assertIsNone(receiver.fault)
        self.now += 0.002
        receiver.step(self.now)
        self.assertEqual(receiver.fault, "stale")

    def test_goldens(self):
        if GOLDENS is None:
            self.skipTest("no folder of golden messages was given")
        read = {}
        for name in ("state", "parameters", "interaction"):
            with open(os.path.join(GOLDENS, name + ".hex")) as file:
                read[name] = feed.decode(bytes.fromhex(file.read()))
        self.assertEqual(read["state"]["torque"][:3], (-1.25, 7.5, 0))
        self.assertEqual(read["state"]["session"], 0x1122334455667788)
        self.assertEqual((read["state"]["age"], read["state"]["count"]), (12345, 2))
        self.assertEqual(read["parameters"]["value"][:2], (987.25, 1.5))
        self.assertEqual(read["parameters"]["status"][0], 0b0110)
        self.assertEqual(read["interaction"]["torque"][:2], (1.5, -2.25))


GOLDENS = sys.argv.pop() if len(sys.argv) > 1 else None
if __name__ == "__main__":
    unittest.main()
