"""Memory that does not suffice is a MemoryError: the process goes on."""

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

SETUP = """
import resource
import numpy as np, dezero, dezero.functions as F
from dezero import Variable

n = 4_000_000  # 32 MB of float64
x, ints, flags = Variable(np.ones(n)), Variable(np.ones(n, np.int64)), np.ones(n, bool)
single, matrix = Variable(np.ones(n, np.float32)), Variable(np.ones((2000, 2000)))
many, small = np.zeros(2**24, np.int8), np.zeros(n, np.int8)
F.sin(x[:100_000])  # the threads have their memory
with open("/proc/self/statm") as numbers:
    used = int(numbers.read().split()[0]) * resource.getpagesize()
"""

# Computations, and the megabytes that they are given beyond what is there.
CASES = [
    ("x[many]", 40),
    ("x[many]", 200),
    ("x[many]", 300),
    ("matrix[np.zeros(4000, int)]", 20),
    ("Variable(many)", 20),
    ("Variable(small) + 1", 40),
    ("Variable(flags) + 1", 70),
    ("F.sin(x)", 20),
    ("F.sin(ints)", 20),
    ("x + single", 20),
    ("single.astype('float64')", 20),
    ("matrix @ matrix.T", 20),
    ("matrix.T.reshape(-1)", 20),
    ("F.broadcast_to(x, (2, n)).reshape(-1)", 40),
    ("F.concatenate([x, x])", 40),
    ("F.softmax(matrix)", 50),
    ("F.logsumexp(x)", 20),
    ("F.cumsum(x)", 20),
    ("ints.mean()", 20),
    ("x.var()", 20),
    ("F.where(flags, x, 0.0)", 50),
    ("(x * x).sum().backward()", 50),
    ("F.sin(x).sum().backward()", 60),
    ("(x**3).sum().backward(create_graph=True)", 60),
    ("dezero.hessian(lambda x: (x**3).sum(), np.ones(3000))", 40),
    ("dezero.jacobian(lambda x: x**3, np.ones(3000))", 40),
    ("dezero.derivatives(F.sin, np.ones(n), 5)", 100),
    ("[F.sin(x[:100_000]) for _ in range(1000)]", 60),
]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is one of Linux")
@pytest.mark.parametrize(("code", "megabytes"), CASES)
def test_too_little_memory_is_a_memory_error(code, megabytes):
    script = f"""{SETUP}
resource.setrlimit(resource.RLIMIT_AS, (used + ({megabytes} << 20), resource.RLIM_INFINITY))
try:
    {code}
except MemoryError:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("too little,", (x.sum() + 1.0).data)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "too little, 4000001.0\n"), done.stderr
