#!/usr/bin/env python3
"""Loads .sto and .mot files with OpenSim and compares them with CSV tables: check_sto.py FILE.sto TABLE.csv ...

Both ways in which OpenSim reads such files must give every number of the table: `TimeSeriesTable` and `Storage`.
"""

import csv
import sys

import numpy
import opensim


def main():
    problems = []
    for path, table in zip(sys.argv[1::2], sys.argv[2::2]):
        with open(table, newline="") as file:
            rows = list(csv.reader(file))
        names = [name.split(" [")[0] for name in rows[0][1:]]
        values = numpy.array([[float(cell or "nan") for cell in row] for row in rows[1:]])
        loaded = opensim.TimeSeriesTable(path)
        if list(loaded.getColumnLabels()) != names:
            problems.append(f"{path}: labels {list(loaded.getColumnLabels())}, table {names}")
            continue
        found = loaded.getMatrix().to_numpy()
        if not numpy.array_equal(found, values[:, 1:], equal_nan=True):
            problems.append(f"{path}: TimeSeriesTable has other numbers than {table}")
        if not numpy.array_equal(numpy.array(loaded.getIndependentColumn()), values[:, 0]):
            problems.append(f"{path}: TimeSeriesTable has other times than {table}")
        storage = opensim.Storage(path)
        if storage.getSize() != len(values) or storage.getColumnLabels().getSize() != len(names) + 1:
            problems.append(f"{path}: Storage has {storage.getSize()} rows")
        print(f"{path}: {found.shape[0]} x {found.shape[1]} in OpenSim, as {table}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
