#!/usr/bin/env python3
"""Loads a BDF+ file with pyEDFlib and MNE and compares it with a CSV table: check_bdf.py FILE.bdf TABLE.csv

The table is what `convert FILE.bdf --output TABLE.csv` wrote: `time_s`, then `LABEL [unit]`. pyEDFlib must give
its values to the digit that the file stores; MNE must give volts, the same rate and the annotations.
"""

import csv
import sys

import mne
import numpy
import pyedflib


def table(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    names = [name.split(" [")[0] for name in rows[0]]
    units = [name.split(" [")[1].rstrip("]") if " [" in name else "" for name in rows[0]]
    values = numpy.array([[float(cell or "nan") for cell in row] for row in rows[1:]])
    return names, units, values


def main():
    path, names_units = sys.argv[1], table(sys.argv[2])
    names, units, values = names_units
    problems = []
    reader = pyedflib.EdfReader(path)
    labels = reader.getSignalLabels()
    rate = 1 / numpy.median(numpy.diff(values[:, 0]))
    onsets, _, texts = reader.readAnnotations()
    for column, (name, unit) in enumerate(zip(names[1:], units[1:]), start=1):
        signal = labels.index(name)
        if abs(reader.getSampleFrequency(signal) - rate) > 1e-6 * rate:
            problems.append(f"{name}: {reader.getSampleFrequency(signal)} Hz, table {rate}")
        if reader.getPhysicalDimension(signal) != unit:
            problems.append(f"{name}: unit {reader.getPhysicalDimension(signal)}, table {unit}")
        found = reader.readSignal(signal)[: len(values)]
        step = 2 * reader.getPhysicalMaximum(signal) / 2**24
        worst = numpy.nanmax(numpy.abs(found - values[:, column]))
        if worst > step:
            problems.append(f"{name}: differs by {worst}, step {step}")
    reader.close()
    raw = mne.io.read_raw_bdf(path, preload=True, verbose="error")
    for column, (name, unit) in enumerate(zip(names[1:], units[1:]), start=1):
        if name not in raw.ch_names or unit != "uV":
            continue
        if abs(raw.info["sfreq"] - rate) > 1e-6 * rate:
            continue
        found = raw.get_data(picks=[name])[0][: len(values)]
        worst = numpy.nanmax(numpy.abs(found - 1e-6 * values[:, column]))
        if worst > 1e-12 + 1e-6 * numpy.nanmax(numpy.abs(1e-6 * values[:, column])):
            problems.append(f"{name}: MNE differs by {worst} V")
    if list(raw.annotations.description) != [str(text) for text in texts]:
        problems.append(f"annotations: MNE {list(raw.annotations.description)}, pyEDFlib {texts}")
    print(
        f"{path}: {len(labels)} signals, {len(values)} samples at {rate:g} Hz in pyEDFlib and MNE, "
        f"{len(texts)} annotations"
    )
    for problem in problems:
        print(f"{path}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
