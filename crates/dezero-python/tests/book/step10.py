"""Step 10: tests, among them one that compares with finite differences."""

import io
import unittest

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0].data * gy


def square(x):
    return Square()(x)


def numerical_diff(function, x, step=1e-4):
    below = function(Variable(x.data - step))
    above = function(Variable(x.data + step))
    return (above.data - below.data) / (2 * step)


class SquareTest(unittest.TestCase):
    def test_forward(self):
        self.assertEqual(square(Variable(np.array(2.0))).data, np.array(4.0))

    def test_backward(self):
        x = Variable(np.array(3.0))
        square(x).backward()
        self.assertEqual(x.grad.data, np.array(6.0))

    def test_against_finite_differences(self):
        x = Variable(np.random.rand(1))
        square(x).backward()
        self.assertTrue(np.allclose(x.grad.data, numerical_diff(square, x)))


suite = unittest.defaultTestLoader.loadTestsFromTestCase(SquareTest)
outcome = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
for _, text in outcome.failures + outcome.errors:
    print(text)
print("Ran", outcome.testsRun, "tests")
print("OK" if outcome.wasSuccessful() else "FAILED")
