#!/usr/bin/env python3
"""Holds DiffMSM's reader against pyxdf: check_speed.py RECORDING-BENCHMARK FILE.xdf

Both read the whole file in turn, five times, so that what else the machine does meets both; the quickest time of
each counts. Exit code 1 when pyxdf took less than twenty times as long as reading block by block, or as reading
into one array of the numbers as they are stored, which is what pyxdf does.
"""

import re
import subprocess
import sys
import time

import pyxdf

WAYS = ("block by block", "at once, as stored", "at once")


def main():
    program, path = sys.argv[1:3]
    own = {way: float("inf") for way in WAYS}
    other = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        streams, _ = pyxdf.load_xdf(path)
        other = min(other, time.perf_counter() - start)
        samples = sum(len(stream["time_stamps"]) for stream in streams)
        del streams
        lines = subprocess.run(
            [program, "--read", path], check=True, capture_output=True, text=True).stdout
        for way, seconds in re.findall(r"^reader, [^,]+, (.*): ([0-9.]+) s", lines, re.M):
            own[way] = min(own[way], float(seconds))
    print(f"pyxdf: {other:.3f} s for {samples} samples")
    for way in WAYS:
        print(f"DiffMSM, {way}: {own[way]:.4f} s, {other / own[way]:.1f} times as fast")
    return 0 if all(other >= 20 * own[way] for way in WAYS[:2]) else 1


if __name__ == "__main__":
    sys.exit(main())
