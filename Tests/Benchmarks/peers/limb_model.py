"""The problem that LimbBenchmark writes, and the planar arm's equations for JAX and CasADi alike."""
import numpy as np

ORDER = 18


class Problem:
    def __init__(self, name):
        x = np.fromfile(name)
        self.nq, self.nm, self.steps, self.dt = int(x[0]), int(x[1]), int(x[2]), x[3]
        place = 4

        def take(*shape):
            nonlocal place
            count = int(np.prod(shape))
            place += count
            return x[place - count : place].reshape(shape)

        nq, nm = self.nq, self.nm
        self.lengths, self.path, self.muscles = take(nq), take(nm, 6), take(nm, 5)
        self.links, self.start = take(nq, 4), take(2 * nq)
        self.activations = take(2 * self.steps + 1, nm)
        take(7 * ORDER)
        self.unknowns = 4 * nm + 4 * nq
        self.sensitivity = take(2 * nq, self.unknowns)
        self.information = take(self.unknowns, self.unknowns)

    def difference(self, jacobian):
        """Of the residuals' Jacobian (2 steps x unknowns): last angles, and the normal matrix."""
        last = np.abs(jacobian[-2:] - self.sensitivity[:2]).max() / np.abs(self.sensitivity[:2]).max()
        normal = jacobian.T @ jacobian
        return last, np.abs(normal - self.information).max() / np.abs(self.information).max()


def acceleration(m, P, q, u, a, muscle, link):
    """Of two joints; m is numpy-like, muscle (4 lists or vectors) and link (2 x 4) the numbers."""
    strength, optimal, slack, fastest = muscle
    c = [P.path[:, k] for k in range(6)]
    L = c[0] + q[0] * (c[1] + c[2] * q[0] + c[5] * q[1]) + q[1] * (c[3] + c[4] * q[1])
    la, lb = c[1] + 2 * c[2] * q[0] + c[5] * q[1], c[3] + 2 * c[4] * q[1] + c[5] * q[0]
    speed = la * u[0] + lb * u[1]
    along = L - slack
    fiber = m.sqrt(along * along + (optimal * P.muscles[:, 4]) ** 2)
    cosine, n = along / fiber, fiber / optimal
    v = speed * cosine / (optimal * fastest)
    active = (
        0.8150671134243542 * m.exp(-0.5 * ((n - 1.055033428970575) / (0.162384573599574 + 0.063303448465465 * n)) ** 2)
        + 0.433004984392647 * m.exp(-0.5 * ((n - 0.716775413397760) / (-0.029947116970696 + 0.200356847296188 * n)) ** 2)
        + 0.1 * m.exp(-0.5 * ((n - 1) / 0.353553390593274) ** 2))
    k = 4 / 0.6
    offset = np.exp(-0.8 * k)
    passive = (m.exp(k * (n - 1)) - offset) / (np.exp(4) - offset)
    z = -8.149 * v - 0.374
    force_velocity = -0.3211346127989808 * m.arcsinh(z) + 0.8825327733249912
    F = strength * cosine * (a * active * force_velocity + passive + 0.01 * v)
    ta, tb = -m.sum(la * F) - link[0][3] * u[0], -m.sum(lb * F) - link[1][3] * u[1]
    (m1, c1, i1, _), (m2, c2, i2, _) = link
    l1, g = P.lengths[0], 9.81
    h = m2 * c2 * l1
    M11 = i2 + m2 * c2**2
    M01 = M11 + h * m.cos(q[1])
    M00 = i1 + m1 * c1**2 + m2 * l1**2 + M11 + 2 * h * m.cos(q[1])
    s = h * m.sin(q[1])
    G1 = m2 * c2 * g * m.sin(q[0] + q[1])
    G0 = (m1 * c1 + m2 * l1) * g * m.sin(q[0]) + G1
    r0, r1 = ta - G0 + s * u[1] * (2 * u[0] + u[1]), tb - G1 - s * u[0] ** 2
    det = M00 * M11 - M01 * M01
    return (M11 * r0 - M01 * r1) / det, (M00 * r1 - M01 * r0) / det


def step(rates, q, u, a0, a1, a2, dt):
    """One RK4 step of (q, u), given as vectors."""
    v1 = rates(q, u, a0)
    q2, u2 = q + 0.5 * dt * u, u + 0.5 * dt * v1
    v2 = rates(q2, u2, a1)
    q3, u3 = q + 0.5 * dt * u2, u + 0.5 * dt * v2
    v3 = rates(q3, u3, a1)
    q4, u4 = q + dt * u3, u + dt * v3
    v4 = rates(q4, u4, a2)
    return q + dt / 6 * (u + 2 * u2 + 2 * u3 + u4), u + dt / 6 * (v1 + 2 * v2 + 2 * v3 + v4)


def measure(run, clock, budget=4.0):
    """Fifth percentile and median of the processor time [us]."""
    run()
    times, begin = [], clock()
    while len(times) < 5 or (clock() - begin < budget and len(times) < 300):
        start = clock()
        run()
        times.append((clock() - start) * 1e6)
    return np.percentile(times, 5), np.median(times)
