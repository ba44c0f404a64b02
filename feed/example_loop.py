"""A control loop at 1 kHz in Python that prints what it would do: example_loop.py PORT OUTLINE SECONDS

OUTLINE is what `diffmsm feed --config SESSION.yaml --json` printed: the session that this controller is built for.
"""
import json
import socket
import sys
import time

from diffmsm_receiver import Receiver


def main(port, outline, seconds):
    with open(outline, encoding="utf-8") as file:
        outline = json.load(file)
    receiver = Receiver.of_outline(outline)
    inlet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    inlet.bind(("", int(port)))
    inlet.setblocking(False)
    start = due = time.monotonic()
    while due < start + float(seconds):
        due += 0.001
        time.sleep(max(0.0, due - time.monotonic()))
        while True:
            try:
                data = inlet.recv(2048)
            except BlockingIOError:
                break
            receiver.take(data, time.monotonic())
        receiver.step(time.monotonic())
    for slot, value in zip(outline["coordinates"], receiver.torque):
        print(f"{slot['name']}: {value:.3f} N*m")
    for slot, value in zip(outline["parameters"], receiver.parameter):
        print(f"{slot['name']}: {value:.4g} {slot['unit']}")
    print("fault:", receiver.fault or "none")
    print("messages:", ", ".join(f"{count} {word}" for word, count in receiver.counts.items()) or "none heard")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
