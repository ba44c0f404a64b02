"""The window's residual Jacobian by CasADi: mapaccum over the step, C code, -O3 -march=native."""
import os
import subprocess
import sys
import tempfile
import time

import casadi as ca
import numpy as np
from limb_model import Problem, acceleration, measure, step

P = Problem(sys.argv[1])


class Symbols:
    sqrt, exp, sin, cos, arcsinh = ca.sqrt, ca.exp, ca.sin, ca.cos, ca.arcsinh
    sum = staticmethod(ca.sum1)


x, theta, a = ca.SX.sym("x", 4), ca.SX.sym("theta", P.unknowns), ca.SX.sym("a", P.nm, 3)
P.path = ca.DM(P.path)
P.muscles = ca.DM(P.muscles)
muscle = P.muscles[:, :4] * ca.exp(ca.reshape(theta[: 4 * P.nm], 4, P.nm)).T
link = ca.DM(P.links) * ca.exp(ca.reshape(theta[4 * P.nm :], 4, P.nq)).T
numbers = [muscle[:, k] for k in range(4)]
links = [[link[i, k] for k in range(4)] for i in range(2)]


def rates(q, u, now):
    return ca.vertcat(*acceleration(Symbols, P, [q[0], q[1]], [u[0], u[1]], now, numbers, links))


q, u = step(rates, x[:2], x[2:], a[:, 0], a[:, 1], a[:, 2], P.dt)
advance = ca.Function("advance", [x, theta, a], [ca.vertcat(q, u)])
A = P.activations
given = ca.DM(np.hstack([np.stack([A[2 * t], A[2 * t + 1], A[2 * t + 2]], 1) for t in range(P.steps)]))
p = ca.MX.sym("p", P.unknowns)
states = advance.mapaccum("states", P.steps)(P.start, ca.repmat(p, 1, P.steps), given)
angles = ca.vec(states[:2, :])


def compiled(name, outputs):
    function = ca.Function(name, [p], outputs)
    with tempfile.TemporaryDirectory() as folder:
        home = os.getcwd()
        os.chdir(folder)
        function.generate(name + ".c")
        subprocess.check_call(
            ["gcc", "-O3", "-march=native", "-fPIC", "-shared", name + ".c", "-o", name + ".so", "-lm"])
        external = ca.external(name, "./" + name + ".so")
        os.chdir(home)
    buffer, run = external.buffer()
    argument, result = np.zeros(P.unknowns), np.zeros(external.nnz_out(0))
    buffer.set_arg(0, memoryview(argument))
    buffer.set_res(0, memoryview(result))
    return external, run, (argument, result, buffer)


forward = compiled("forward", [angles])
jacobian = compiled("jacobian", [ca.jacobian(angles, p)])
f = measure(forward[1], time.process_time)
j = measure(jacobian[1], time.process_time)
print(
    f"casadi {ca.__version__} joints 2 muscles {P.nm} unknowns {P.unknowns}",
    f"forward {f[0]:.1f} {f[1]:.1f} jacobian {j[0]:.1f} {j[1]:.1f}")
last, normal = P.difference(np.array(jacobian[0](np.zeros(P.unknowns))))
print(f"casadi largest difference over largest element: sensitivity {last:.1e}, normal matrix {normal:.1e}")
