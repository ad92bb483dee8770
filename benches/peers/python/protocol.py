"""How a worker speaks with the driver: lines `ROW REPEATS` in, a line of JSON out for each.

A row is a function that prepares the work and returns it as `Work`; it runs once in a process, the
work itself as often as it is asked for.
"""

import dataclasses
import json
import os
import sys
import time
import traceback
from typing import Any, Callable

# Operations of the chain whose memory is measured.
CHAIN = 1_000_000


@dataclasses.dataclass
class Work:
    run: Callable[[], Any]
    """Does the work; this is what is timed."""
    numbers: Callable[[Any], list] = list
    """Of what `run` returned, the numbers that all peers have to agree on."""
    units: int = 1
    """How often `run` does what the row is about: the time is told for one."""
    first_result_ns: int | None = None
    """What it took to record, trace or compile, and to give the first result, where this is done once."""
    note: str | None = None


def timed(work):
    """Nanoseconds, and what the work returned."""
    start = time.perf_counter_ns()
    result = work()
    return time.perf_counter_ns() - start, result


def memory(key):
    """VmRSS or VmHWM (the peak) of this process, in bytes."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith(key))
    return int(line.split()[1]) * 1024


def bytes_per_op(record, operations=CHAIN):
    """What the memory grows by for each operation of a chain that `record(operations)` records and returns."""
    record(1000)
    before = memory("VmRSS")
    kept = record(operations)
    answer({"row": "bytes", "value": (memory("VmRSS") - before) / operations})
    # A long chain can be slow to drop, or overflow the stack; that is not what is measured.
    os._exit(0 if kept else 1)


def answer(message):
    print(json.dumps(message), flush=True)


def serve(versions, rows, cannot, record=None, operations=CHAIN):
    """Answers until the input ends. `rows` prepare work by name; `cannot` says why others are missing."""
    # Libraries print too: what they print must not be taken for answers.
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answer({"versions": versions})
    prepared = {}
    for line in sys.stdin:
        name, repeats = line.split()
        before = memory("VmRSS")
        try:
            if name == "bytes" and record is not None:
                bytes_per_op(record, operations)
            if name not in rows:
                answer({"row": name, "cannot": cannot.get(name, "not part of the library")})
                continue
            if name not in prepared:
                prepared[name] = rows[name]()
            work, repeats = prepared[name], int(repeats)

            def rounds():
                for _ in range(repeats - 1):
                    work.run()
                return work.run()

            ns, result = timed(rounds)
            answer(
                {
                    "row": name,
                    "ns": ns / (repeats * work.units),
                    "units": work.units,
                    "result": [float(x) for x in work.numbers(result)],
                    "first_result_ns": work.first_result_ns,
                    "note": work.note,
                    "before": before,
                    "peak": memory("VmHWM"),
                }
            )
        except Exception as error:
            traceback.print_exc()
            answer({"row": name, "error": f"{type(error).__name__}: {error}".splitlines()[0][:200]})
