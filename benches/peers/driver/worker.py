"""A peer's process, which is asked row by row."""

import contextlib
import json
import os
import select
import signal
import subprocess

from driver.plan import TARGET

# Compiling a function may take long; more than this nobody waits.
PATIENCE = 180


def cores(threads):
    """The last ones, as the first are the busier."""
    return set(sorted(os.sched_getaffinity(0))[-threads:])


def settings(threads):
    """What tells each library how many threads it may use; the cores it may run on are as many."""
    eigen = "true" if threads > 1 else "false"
    return {
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "NUMEXPR_NUM_THREADS": str(threads),
        "RAYON_NUM_THREADS": str(threads),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}",
        "JAX_PLATFORMS": "cpu",
        "TORCHINDUCTOR_CACHE_DIR": str(TARGET / "inductor"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class Worker:
    def __init__(self, peer, threads):
        self.peer, self.threads = peer, threads
        self.process = None
        self.versions = {}

    def start(self):
        """Why it does not start, if it does not."""
        logs = TARGET / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        allowed = cores(self.threads)
        with open(logs / f"{self.peer.name}.txt", "a") as log:
            try:
                self.process = subprocess.Popen(
                    self.peer.command(),
                    env={**os.environ, **settings(self.threads), **dict(self.peer.environment)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    preexec_fn=lambda: os.sched_setaffinity(0, allowed),
                )
            except OSError as error:
                return f"does not start: {error.strerror}"
        greeting = self.line()
        if greeting is None:
            return f"does not start: {self.end()}"
        self.versions = greeting["versions"]
        return None

    def ask(self, row, repeats=1):
        """The answer, which is a dictionary with "ns", or with "cannot" or "error" and the reason."""
        if self.process is None and (why := self.start()):
            return {"row": row, "error": why}
        try:
            self.process.stdin.write(f"{row} {repeats}\n".encode())
            self.process.stdin.flush()
            answer = self.line()
        except BrokenPipeError:
            answer = None
        if answer is None:
            return {"row": row, "error": self.end()}
        return answer

    def line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            return None

    def end(self):
        """Ends the process and says how it ended."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            # One that crashed is gone already, one that waits for input goes when there is none.
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return f"ended after {PATIENCE} s"
        return f"died of {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
