#!/usr/bin/env python3
"""Makes filters.json: what scipy and mpmath say about filters. Needs numpy, scipy and mpmath; tests do not.

    python3 Tests/Goldens/signals/generate.py

cascades: sections of scipy.signal.butter and the impulse and step responses of scipy.signal.sosfilt.
designs: exact complex gains in 60 digits, and the largest relative error of scipy's double sections.
"""
import json
import os

import mpmath as mp
import numpy as np
import scipy
from scipy import signal

mp.mp.dps = 60
SAMPLES = [0, 1, 2, 5, 17, 60, 199, 499]
LENGTH = SAMPLES[-1] + 1
KINDS = {"lowpass": lambda r: 0.02 * r, "highpass": lambda r: 0.03 * r,
         "bandpass": lambda r: [0.02 * r, 0.3 * r]}


def cascades():
    rates, rows = [250.0, 1000.0, 2000.0, 16000.0], []
    for order in range(1, 9):
        for number, (kind, cut) in enumerate(KINDS.items()):
            rate = rates[(order + number) % 4]
            sos = signal.butter(order, cut(rate), kind, fs=rate, output="sos")
            impulse = signal.sosfilt(sos, np.eye(1, LENGTH)[0])
            step = signal.sosfilt(sos, np.ones(LENGTH))
            rows.append({
                "kind": kind, "order": order, "rate": rate, "sections": sos.tolist(),
                "impulse": impulse[SAMPLES].tolist(), "step": step[SAMPLES].tolist(),
                "peaks": [abs(impulse).max(), abs(step).max()]})
    return rows


def exact(kind, order, cuts, rate, frequency):
    """The bilinear Butterworth's gain from its poles, nothing rounded."""
    s = mp.mpc(0, mp.tan(mp.pi * frequency / rate))
    w = [mp.tan(mp.pi * mp.mpf(c) / rate) for c in cuts]
    if kind == "lowpass":
        p = s / w[0]
    elif kind == "highpass":
        p = w[0] / s
    else:
        p = (s * s + w[0] * w[1]) / (s * (w[1] - w[0]))
    result = mp.mpf(1)
    for k in range(order):
        pole = mp.expjpi(mp.mpf(2 * k + order + 1) / (2 * order))
        result *= -pole / (p - pole)
    return result


def of_sections(sos, rate, frequency):
    z = mp.expjpi(-2 * mp.mpf(frequency) / rate)
    result = mp.mpf(1)
    for b0, b1, b2, a0, a1, a2 in sos:
        result *= (mp.mpf(b0) + b1 * z + b2 * z * z) / (a0 + a1 * z + a2 * z * z)
    return result


def designs():
    rows = []
    for rate in [250.0, 2000.0, 16000.0]:
        for ratio in [0.2, 0.02, 1e-3, 1e-4, 1e-5]:
            for kind in KINDS:
                order = 2 + (len(rows) * 5) % 7
                cuts = [ratio * rate] if kind != "bandpass" else [ratio * rate, 1.9 * ratio * rate]
                sos = signal.butter(
                    order, cuts if kind == "bandpass" else cuts[0], kind, fs=rate, output="sos")
                frequencies = [f * ratio * rate for f in (0.1, 0.7, 1.0, 1.4, 2.1)]
                gains = [exact(kind, order, cuts, rate, mp.mpf(f)) for f in frequencies]
                errors = [abs(of_sections(sos, rate, f) / g - 1)
                          for f, g in zip(frequencies, gains)]
                rows.append({
                    "kind": kind, "order": order, "rate": rate, "cuts": cuts,
                    "frequencies": frequencies,
                    "gains": [[float(g.real), float(g.imag)] for g in gains],
                    "scipyError": float(max(errors))})
    return rows


def others():
    x = [((37 * n) % 101 - 50) / 50 for n in range(200)]
    sos = signal.butter(3, [20, 150], "bandpass", fs=1000.0, output="sos")
    b, a = signal.iirnotch(50, 25, fs=1000.0)
    return {
        "zeroPhase": {"sections": sos.tolist(), "output": signal.sosfiltfilt(sos, x)[::7].tolist()},
        "notch": [list(map(float, b)), list(map(float, a))]}


out = {"scipy": scipy.__version__, "mpmath": mp.__version__, "samples": SAMPLES,
       "cascades": cascades(), "designs": designs(), **others()}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "filters.json")
with open(path, "w") as file:
    file.write(json.dumps(out).replace('{"kind"', '\n{"kind"') + "\n")
