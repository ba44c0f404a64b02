#!/usr/bin/env python3
"""Loads XDF recordings with pyxdf and checks them; exit code 0 when all is well, else 1.

    check_xdf.py FILE.xdf [--counts STREAM=DUMP.csv ...] [--require STREAM ...] [--cut]

For every stream: name, shape, format and span are printed; stamps must never run backwards, and
there must be one for each sample. `--counts` compares a stream's values with a CSV dump that has no
header, number for number. `--require` names streams that must be there with at least one sample.
`--cut` says that the file was cut: a dump may be longer, and the last sample is not compared, since
pyxdf 1.17.5 keeps a sample whose values were cut through, filled with old bytes.
"""

import argparse
import logging
import sys

import numpy
import pyxdf


def load(path):
    # Warnings about odd clocks are not failures of the file.
    logging.getLogger("pyxdf").setLevel(logging.ERROR)
    streams, _ = pyxdf.load_xdf(path)
    return {stream["info"]["name"][0]: stream for stream in streams}


def check_shape(name, stream):
    info = stream["info"]
    channels = int(info["channel_count"][0])
    stamps = stream["time_stamps"]
    series = stream["time_series"]
    span = f"{stamps[0]:.6f} .. {stamps[-1]:.6f} s" if len(stamps) else "empty"
    print(
        f"{name}: {len(stamps)} x {channels} {info['channel_format'][0]} "
        f"at {float(info['nominal_srate'][0]):g} Hz, {span}"
    )
    problems = []
    if len(series) != len(stamps):
        problems.append(f"{name}: {len(series)} samples but {len(stamps)} stamps")
    if any(len(row) != channels for row in series):
        problems.append(f"{name}: a sample without {channels} values")
    if len(stamps) > 1 and numpy.diff(stamps).min() < 0:
        where = int(numpy.argmin(numpy.diff(stamps)))
        problems.append(f"{name}: stamps run backwards after sample {where}")
    return problems


def check_counts(name, stream, path, is_cut):
    expected = numpy.loadtxt(path, delimiter=",", ndmin=2)
    found = numpy.asarray(stream["time_series"], dtype=float)
    if is_cut:
        found = found[:-1]
        expected = expected[: len(found)]
    if found.shape != expected.shape:
        return [f"{name}: shape {found.shape}, dump {expected.shape}"]
    if not numpy.array_equal(found, expected):
        where = numpy.argwhere(found != expected)[0]
        return [f"{name}: sample {where[0]}, channel {where[1]} differs from {path}"]
    print(f"{name}: {found.size} values equal {path}")
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--counts", action="append", default=[], metavar="STREAM=DUMP.csv")
    parser.add_argument("--require", action="append", default=[], metavar="STREAM")
    parser.add_argument("--cut", action="store_true")
    arguments = parser.parse_args()
    try:
        streams = load(arguments.file)
    except Exception as error:
        print(f"{arguments.file}: pyxdf cannot load it: {error!r}", file=sys.stderr)
        return 1
    problems = []
    for name, stream in streams.items():
        problems += check_shape(name, stream)
    for name in arguments.require:
        if name not in streams or len(streams[name]["time_stamps"]) == 0:
            problems.append(f"{name}: required, but not there or empty")
    for pair in arguments.counts:
        name, _, path = pair.partition("=")
        if name in streams:
            problems += check_counts(name, streams[name], path, arguments.cut)
        else:
            problems.append(f"{name}: not in the recording")
    for problem in problems:
        print(f"{arguments.file}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
