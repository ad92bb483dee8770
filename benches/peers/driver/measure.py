"""Rounds of all peers in turns, so that a slow second of the machine hits each of them."""

import dataclasses
import sys
import time

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


def times(rows, workers, effort):
    """Of each row, `timed`, telling on standard error how far it is."""
    results = {}
    for number, row in enumerate(rows, 1):
        tell(f"[{number}/{len(rows)}] {row.name}:")
        start = time.monotonic()
        results[row] = timed(row, workers, effort)
        tell(f" {time.monotonic() - start:.0f} s\n")
    return results


def tell(text):
    print(text, end="", file=sys.stderr, flush=True)


def timed(row, workers, effort):
    """Of each worker, by name, the times of the row in nanoseconds, round by round."""
    timings, plans = {}, {}
    workers = [worker for worker in workers if worker.peer.does(row)]
    for worker in workers:
        name = worker.peer.name
        tell(f" {name},")
        # The first call warms up, records and compiles; it is not counted.
        timings[name] = Timing(worker.ask(row.name))
        if timings[name].why_not:
            continue
        seconds = took(timings[name].first)
        if seconds < effort.all / 2:
            again = worker.ask(row.name)
            if "ns" not in again:
                timings[name].first = again
                continue
            seconds = took(again)
        rounds = min(max(int(effort.all / seconds), 1), effort.rounds)
        plans[name] = rounds, max(int(effort.round / seconds), 1)
    tell(" rounds")
    for i in range(effort.rounds):
        tell(".")
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
    return timings


def took(answer):
    """Seconds of one call of the worker's work."""
    return max(answer["ns"] * answer["units"] * 1e-9, 1e-9)


def memory(peers, threads, rows):
    """What fresh processes answer: about bytes per recorded operation by peer, and about the peak by row and peer."""
    per_operation, peaks = {}, {}
    for number, peer in enumerate(peers, 1):
        tell(f"[{number}/{len(peers)}] memory of {peer.name}\n")
        if not peer.rows:
            per_operation[peer.name] = fresh(peer, threads, "bytes")
        for row in rows:
            if row.name in PEAKS and peer.does(row):
                peaks.setdefault(row.name, {})[peer.name] = fresh(peer, threads, row.name)
    return per_operation, peaks


def fresh(peer, threads, row):
    worker = Worker(peer, threads)
    answer = worker.ask(row, 3)
    worker.end()
    return answer
