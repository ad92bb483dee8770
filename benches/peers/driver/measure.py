"""Rounds of all peers in turns, so that a slow second of the machine hits each of them."""

import dataclasses
import sys

from driver.plan import PEAKS
from driver.worker import Worker


@dataclasses.dataclass(frozen=True)
class Effort:
    rounds: int = 7
    # What a round of one peer should take, and all its rounds at most, in seconds.
    round: float = 0.1
    all: float = 5.0


QUICK = Effort(rounds=2, round=0.01, all=1.0)


@dataclasses.dataclass
class Timing:
    """What a peer said about a row."""

    first: dict
    rounds: list[float] = dataclasses.field(default_factory=list)

    @property
    def why_not(self):
        return self.first.get("cannot") or self.first.get("error")


def time(row, workers, effort):
    """Of each worker, by name, the times of the row in nanoseconds, round by round."""
    timings, plans = {}, {}
    for worker in workers:
        name = worker.peer.name
        if worker.peer.rows and row.name not in worker.peer.rows:
            continue
        # The first call warms up, records and compiles; it is not counted.
        timings[name] = Timing(worker.ask(row.name))
        if timings[name].why_not:
            continue
        seconds = took(timings[name].first)
        if seconds < effort.all / 2:
            seconds = took(worker.ask(row.name))
        rounds = min(max(int(effort.all / seconds), 1), effort.rounds)
        plans[name] = rounds, max(int(effort.round / seconds), 1)
    for i in range(effort.rounds):
        for worker in workers:
            rounds, repeats = plans.get(worker.peer.name, (0, 0))
            if i >= rounds:
                continue
            answer = worker.ask(row.name, repeats)
            if "ns" not in answer:
                timings[worker.peer.name].first = answer
                plans.pop(worker.peer.name)
                continue
            timings[worker.peer.name].rounds.append(answer["ns"])
    print(f"timed {row.name}", file=sys.stderr)
    return timings


def took(answer):
    """Seconds of one call of the worker's work."""
    return max(answer["ns"] * answer["units"] * 1e-9, 1e-9)


def memory(peers, threads, rows):
    """Bytes per recorded operation and, by row, bytes at the peak and before, each of a fresh process."""
    per_operation, peaks = {}, {}
    for peer in peers:
        print(f"memory of {peer.name}", file=sys.stderr)
        if not peer.rows:
            answer = fresh(peer, threads, "bytes")
            if "value" in answer:
                per_operation[peer.name] = answer["value"]
        for row in PEAKS:
            if row not in rows or (peer.rows and row not in peer.rows):
                continue
            answer = fresh(peer, threads, row)
            if "peak" in answer:
                peaks.setdefault(row, {})[peer.name] = answer["peak"], answer["before"]
    return per_operation, peaks


def fresh(peer, threads, row):
    worker = Worker(peer, threads)
    answer = worker.ask(row, 3)
    worker.end()
    return answer
