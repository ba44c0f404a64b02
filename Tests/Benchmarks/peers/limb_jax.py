"""The window's residual Jacobian by JAX: jit, jacfwd, lax.scan, float64, one thread."""
import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import numpy as np
from limb_model import Problem, acceleration, measure, step

jax.config.update("jax_enable_x64", True)
P = Problem(sys.argv[1])
A = jnp.asarray(P.activations)
activations = (A[0:-1:2], A[1::2], A[2::2])


def angles(theta):
    muscle = jnp.asarray(P.muscles[:, :4]) * jnp.exp(theta[: 4 * P.nm].reshape(P.nm, 4))
    link = jnp.asarray(P.links) * jnp.exp(theta[4 * P.nm :].reshape(P.nq, 4))
    numbers = tuple(muscle[:, k] for k in range(4))

    def rates(q, u, a):
        return jnp.stack(acceleration(jnp, P, q, u, a, numbers, link))

    def advance(x, a):
        q, u = step(rates, *x, *a, P.dt)
        return (q, u), q

    start = jnp.asarray(P.start)
    return jax.lax.scan(advance, (start[:2], start[2:]), activations)[1]


theta = jnp.zeros(P.unknowns)
forward = jax.jit(angles).lower(theta).compile()
begin = time.process_time()
jacobian = jax.jit(jax.jacfwd(angles)).lower(theta).compile()
compiling = time.process_time() - begin
f = measure(lambda: forward(theta).block_until_ready(), time.process_time)
j = measure(lambda: jacobian(theta).block_until_ready(), time.process_time)
print(
    f"jax {jax.__version__} joints 2 muscles {P.nm} unknowns {P.unknowns}",
    f"forward {f[0]:.1f} {f[1]:.1f} jacobian {j[0]:.1f} {j[1]:.1f} compiled in {compiling:.1f} s")
last, normal = P.difference(np.asarray(jacobian(theta)).reshape(-1, P.unknowns))
print(f"jax largest difference over largest element: sensitivity {last:.1e}, normal matrix {normal:.1e}")
