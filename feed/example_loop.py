"""A control loop at 1 kHz in Python that prints what it would do: example_loop.py PORT SCHEMA LIMIT SECONDS"""
import socket
import sys
import time

import diffmsm_feed as feed
from diffmsm_receiver import Receiver


def main(port, schema, limit, seconds):
    inlet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    inlet.bind(("", int(port)))
    inlet.setblocking(False)
    receiver = None
    start = due = time.monotonic()
    while due < start + float(seconds):
        due += 0.001
        time.sleep(max(0.0, due - time.monotonic()))
        while True:
            try:
                data = inlet.recv(2048)
            except BlockingIOError:
                break
            if receiver is None:
                # how many torques there are is learnt here, as this program is for any session; a real one knows
                try:
                    message = feed.decode(data)
                except feed.Malformed:
                    continue
                if message["name"] != "state":
                    continue
                count = message["count"]
                receiver = Receiver(int(schema, 16), [float(limit)] * count, [10 * float(limit)] * count)
            receiver.take(data, time.monotonic())
        if receiver is not None:
            receiver.step(time.monotonic())
    if receiver is None:
        print("nothing heard")
    else:
        print("torque", receiver.torque, "fault", receiver.fault, "messages", receiver.counts)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
