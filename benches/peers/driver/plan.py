"""What is compared: the rows, and the peers with the way each is installed and started."""

import dataclasses
import pathlib

HOME = pathlib.Path(__file__).resolve().parent.parent
TARGET = HOME / "target"
PACKAGE = HOME.parent.parent / "crates/dezero-python"

# The tables, and which of ours the peers of each are compared with.
OURS = {"eager": "dezero", "replayed": "dezero replayed", "python": "dezero (Python)"}
# The kind of these.
KINDS = {"eager": "eager", "replayed": "replayed", "python": "eager"}


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    title: str
    # How far, relatively, two results may be apart.
    tolerance: float = 1e-9
    # Whether it is only in the table of what runs from Python.
    python: bool = False


ROWS = [
    Row("J1", "gradient-descent step on the Rosenbrock function"),
    Row("J2", "Newton step on x^4 - 2 x^2"),
    Row("J3-nested", "tanh, derivatives 1..10, each of the one before"),
    Row("J3-taylor", "tanh, order 10 by Taylor mode"),
    Row("J5", "chain of 300,000 scalar operations: value and gradient, per operation"),
    Row("J7", "step of a network 2-50-50-50-1 with its Laplacian in the loss, 1000 points"),
    Row("J8-dense", "dense Hessian of the 1000-d Rosenbrock function"),
    Row("J8-sparse", "sparse Hessian of the 1000-d Rosenbrock function"),
    Row("J8-product", "Hessian-vector product of the 1,000,000-d Rosenbrock function"),
    Row("J9", "tanh(sin(x) exp(-x^2) + x), 1,000,000 elements: value and gradient"),
    Row("J10-product", "product of shape (8,), forward"),
    Row("J10-sine", "sine of shape (8,), forward"),
    Row("J10-scalar", "product of two scalars, forward", python=True),
]

# The rows whose peak resident size is told.
PEAKS = ["J7", "J8-dense", "J8-sparse", "J8-product"]


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    # "eager": the graph is recorded anew for each derivative; "replayed": it is recorded, traced or
    # built once and then evaluated.
    kind: str
    # The program, its argument, and what installs it: a requirements file or a crate of this workspace.
    worker: str
    argument: str = ""
    requirements: str = ""
    crate: str = ""
    # What is built and installed on top of the requirements.
    package: pathlib.Path | None = None
    # Whose version is told, of a worker in Rust.
    library: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    # All of them when empty.
    rows: tuple[str, ...] = ()
    # Whether it is in the table of what runs from Python, too.
    python: bool = False

    @property
    def ours(self):
        return self.name in OURS.values()

    @property
    def tables(self):
        return (self.kind, "python") if self.python else (self.kind,)

    def does(self, row):
        return (not self.rows or row.name in self.rows) and (self.python or not row.python)

    def command(self):
        if self.requirements:
            program = [str(self.venv() / "bin/python"), str(HOME / "python" / self.worker)]
        else:
            program = [str(TARGET / "release" / self.crate)]
        return program + ([self.argument] if self.argument else [])

    def venv(self):
        return TARGET / "venv" / self.requirements


def python(name, kind, worker, requirements, **rest):
    return Peer(name, kind, worker, requirements=requirements, **rest)


def rust(name, kind, crate, library, argument="", **rest):
    return Peer(name, kind, crate, argument, crate=f"peer-{crate}", library=library, **rest)


# A switch of candle's that its source names: without it second derivatives are wrong.
UNDETACHED = (("CANDLE_GRAD_DO_NOT_DETACH", "1"),)
# Else a second run would not say what compiling takes.
UNCACHED = (("TORCHINDUCTOR_FORCE_DISABLE_CACHES", "1"),)

PEERS = [
    rust("dezero", "eager", "dezero", "dezero-core", "eager"),
    python("dezero (Python)", "eager", "dezero_ours.py", "dezero-python", package=PACKAGE, python=True),
    python("DeZero", "eager", "dezero_py.py", "dezero-py", python=True),
    python("torch", "eager", "torch_eager.py", "torch", python=True),
    rust("candle", "eager", "candle", "candle-core"),
    rust(
        "candle, undetached",
        "eager",
        "candle",
        "candle-core",
        environment=UNDETACHED,
        rows=("J2", "J3-nested", "J7", "J8-dense", "J8-product"),
    ),
    rust("burn", "eager", "burn", "burn"),
    rust("echidna", "eager", "echidna", "echidna", "tape"),
    rust("num-dual", "eager", "num-dual", "num-dual"),
    rust("dezero replayed", "replayed", "dezero", "dezero-compile", "replayed"),
    python("torch.compile", "replayed", "torch_compile.py", "torch", environment=UNCACHED),
    python("JAX", "replayed", "jax_jit.py", "jax", python=True),
    python("CasADi", "replayed", "casadi_vm.py", "casadi"),
    rust("echidna bytecode", "replayed", "echidna", "echidna", "bytecode"),
]
