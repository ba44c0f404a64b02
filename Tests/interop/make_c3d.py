#!/usr/bin/env python3
"""Writes the motion-capture files of Tests/Goldens/c3d with ezc3d 1.7.2: make_c3d.py FOLDER

Three points at 100 Hz, the second hidden in frames 4 and 5, two analog channels at 500 Hz and one event.
Values follow from simple formulas that `ForeignFileTests` repeats.
"""

import sys

import ezc3d
import numpy

FRAMES, PER_FRAME = 20, 5


def main(folder):
    c3d = ezc3d.c3d()
    points = numpy.zeros((4, 3, FRAMES))
    for point in range(3):
        for axis in range(3):
            points[axis, point, :] = 100 * point + 10 * axis + 0.25 * numpy.arange(FRAMES)
    points[3] = 1
    points[:3, 1, 4:6] = numpy.nan
    c3d["parameters"]["POINT"]["RATE"]["value"] = [100]
    c3d["parameters"]["POINT"]["LABELS"]["value"] = ["ACRO", "EPIC L", "STYL"]
    c3d["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    c3d["data"]["points"] = points
    samples = numpy.arange(FRAMES * PER_FRAME)
    c3d["parameters"]["ANALOG"]["RATE"]["value"] = [100 * PER_FRAME]
    c3d["parameters"]["ANALOG"]["LABELS"]["value"] = ["biceps", "force"]
    c3d["parameters"]["ANALOG"]["UNITS"]["value"] = ["V", "N"]
    c3d["data"]["analogs"] = numpy.stack([samples / 1024, 2.0 * samples])[numpy.newaxis]
    c3d.add_event([0.0, 0.05], label="grip", context="Right")
    c3d.write(f"{folder}/small.c3d")


if __name__ == "__main__":
    main(sys.argv[1])
