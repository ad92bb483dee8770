"""What is at the edge of the engine or of the interpreter: forks, many axes, weak references, NumPy's own reductions."""

import os
import subprocess
import sys
import weakref

import numpy as np
import pytest

import dezero
import dezero.functions as F
from dezero import Variable

FORK = """
import os, signal, sys
import numpy as np
import dezero.functions as F
x = np.ones(1_000_000)
whole = F.sin(x).data
child = os.fork()
if child == 0:
    signal.alarm(60)
    os._exit(0 if np.array_equal(F.sin(x).data, whole) else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_computes_large_arrays():
    assert subprocess.run([sys.executable, "-c", FORK]).returncode == 0


def test_arrays_of_too_many_axes_are_refused():
    x = Variable(np.ones((1,) * 32))
    assert (x * 2.0).ndim == 32
    try:
        array = np.ones((1,) * 33)
    except ValueError:
        pytest.skip("NumPy refuses them itself")
    with pytest.raises(ValueError, match="33 axes"):
        Variable(array)
    with pytest.raises(ValueError, match="33 axes"):
        F.sin(array)


def test_a_change_through_a_weak_reference_is_seen():
    a = np.ones(3)
    weak = weakref.ref(a)
    x = Variable(a)
    del a
    assert (x * 1.0).data.tolist() == [1.0] * 3
    weak()[:] = 5.0
    assert (x * 1.0).data.tolist() == [5.0] * 3


def test_an_order_that_nobody_can_wait_for_is_refused():
    for order in (10**9, 2**61, 2**64 - 1):
        with pytest.raises(ValueError, match="order"):
            dezero.taylor(F.sin, 0.0, order)


def test_numpys_reductions_are_recorded():
    x = Variable(np.array([[1.0, 2.0], [3.0, 4.0]]))
    for name in ("sum", "mean", "max", "min", "prod"):
        y = getattr(np, name)(x, axis=0)
        assert isinstance(y, Variable)
        assert np.allclose(y.data, getattr(np, name)(x.data, axis=0))
    np.sum(x * x).backward()
    assert x.grad.data.tolist() == [[2.0, 4.0], [6.0, 8.0]]
