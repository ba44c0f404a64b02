#!/usr/bin/env python3
"""Reads a recording with pyxdf and holds DiffMSM's reader against it: check_speed.py FILE.xdf SECONDS [FACTOR]

SECONDS is what recording-benchmark needed for the same file; exit code 1 when pyxdf took less than FACTOR
(20) times as long.
"""

import sys
import time

import pyxdf


def main():
    path, seconds = sys.argv[1], float(sys.argv[2])
    factor = float(sys.argv[3]) if len(sys.argv) > 3 else 20
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        streams, _ = pyxdf.load_xdf(path)
        best = min(best, time.perf_counter() - start)
    values = sum(len(stream["time_stamps"]) for stream in streams)
    ratio = best / seconds
    print(f"pyxdf: {best:.3f} s for {values} samples, {ratio:.1f} times as long as DiffMSM")
    return 0 if ratio >= factor else 1


if __name__ == "__main__":
    sys.exit(main())
