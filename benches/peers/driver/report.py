"""The comparison as Markdown."""

import datetime
import os
import platform
import statistics
import subprocess
import sys
import tomllib

from driver.agreement import dissenters
from driver.plan import HOME, ROWS, ours


def write(peers, results, failures, versions, memory, threads, quick):
    """`results` has the timings of each row; `memory` what it says in `measure.memory`."""
    lines = ["# dezero beside its peers", ""]
    if quick:
        lines += ["A quick run, to see that it works: the figures mean little.", ""]
    lines += machine(threads) + [""] + explained() + [""]
    wrong = {row: dissenters(row, timings) for row, timings in results.items()}
    lines += overview(peers, results, wrong, failures) + [""]
    lines += agreement(wrong) + [""]
    for row, timings in results.items():
        lines += detail(row, peers, timings, wrong[row]) + [""]
    if memory:
        lines += per_operation(peers, memory[0]) + [""] + peaks(peers, memory[1], wrong) + [""]
    lines += versions_table(peers, versions, failures)
    return "\n".join(lines) + "\n"


def table(head, rows):
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]


def explained():
    return [
        "Each peer is a process of its own on as many cores as threads; rounds of all peers alternate. Times are",
        "medians of the rounds. A ratio is the peer's time over ours in the same round (the median, then the lowest",
        "and the highest): above 1 dezero is faster, and what is below is marked as lost. Peers that record a",
        "graph anew are compared with dezero doing so, peers that record, trace or build once and then evaluate",
        "with dezero replayed, where that is measured, and else with dezero recording anew.",
    ]


def machine(threads):
    cpu = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rustc = said(["rustc", "--version"])
    commit = said(["git", "-C", str(HOME), "describe", "--always", "--dirty"])
    return [
        f"{datetime.date.today()}, {threads} {'thread' if threads == 1 else 'threads'}. {cpu}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, {platform.system()} {platform.release()}; {rustc}; Python {platform.python_version()}; "
        f"dezero at {commit}."
    ]


def said(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return f"{command[0]}: not known"


def ratios(peer, timings):
    """Round by round, the peer's time over ours; none for ours itself."""
    answered = [name for name, timing in timings.items() if timing.rounds]
    base = ours(peer.kind, answered)
    if base == peer.name or base not in answered:
        return []
    return [theirs / our for theirs, our in zip(timings[peer.name].rounds, timings[base].rounds)]


def overview(peers, results, wrong, failures):
    lost = 0

    def cell(row, timings, peer):
        nonlocal lost
        timing = timings.get(peer.name)
        if peer.name in failures:
            return "not installed"
        if timing is None:
            return ""
        if timing.why_not:
            return "no" if "cannot" in timing.first else "failed"
        if peer.name in wrong[row]:
            return "wrong"
        if peer.name.startswith("dezero"):
            return nanoseconds(statistics.median(timing.rounds))
        of = ratios(peer, timings)
        if not of:
            return nanoseconds(statistics.median(timing.rounds))
        ratio = statistics.median(of)
        if ratio < 1:
            lost += 1
            return f"**lost {number(ratio)}**"
        return number(ratio)

    rows = [
        [f"{row.name} {row.title}"] + [cell(row, timings, peer) for peer in peers]
        for row, timings in results.items()
    ]
    kinds = [f"{peer.name} ({peer.kind})" for peer in peers]
    text = ["## Overview", "", "Ours as a time, the peers as multiples of it.", ""]
    text += table(["row", *kinds], rows)
    return text + ["", f"Lost comparisons: {lost}."]


def agreement(wrong):
    named = [
        f"- {row.name}: {name} disagrees with the others ({how})"
        for row, dissent in wrong.items()
        for name, how in dissent.items()
    ]
    return ["## Agreement", ""] + (named or ["All results agree."])


def detail(row, peers, timings, wrong):
    rows, reasons = [], []
    for peer in peers:
        timing = timings.get(peer.name)
        if timing is None:
            continue
        if timing.why_not:
            reasons.append(f"{peer.name}: {timing.why_not}")
            continue
        times = timing.rounds
        of = ratios(peer, timings)
        ratio = ""
        if of:
            middle = statistics.median(of)
            ratio = f"{number(middle)} [{number(min(of))} .. {number(max(of))}]"
            ratio = f"**lost** {ratio}" if middle < 1 else ratio
        first = timing.first
        remarks = ([f"wrong: {wrong[peer.name]}"] if peer.name in wrong else []) + (
            [first["note"]] if first["note"] else []
        )
        rows.append([
            peer.name,
            peer.kind,
            f"{nanoseconds(statistics.median(times))} [{nanoseconds(min(times))} .. {nanoseconds(max(times))}]",
            str(len(times)),
            ratio,
            nanoseconds(first["compile_ns"]) if first["compile_ns"] else "",
            "; ".join(remarks),
        ])
    text = [f"## {row.name}: {row.title}", ""]
    text += table(["peer", "kind", "median [min .. max]", "rounds", "times ours", "once before", ""], rows)
    return text + ([""] + [f"- {reason}" for reason in reasons] if reasons else [])


def per_operation(peers, values):
    rows = [[peer.name, f"{values[peer.name]:.0f}"] for peer in peers if peer.name in values]
    text = [
        "## Memory of a recorded operation",
        "",
        "Growth of the resident size over a chain of scalar operations.",
        "",
    ]
    return text + table(["peer", "bytes"], rows)


def peaks(peers, values, wrong):
    rows = []
    for row in (row for row in ROWS if row.name in values):
        for peer in peers:
            if peer.name in values[row.name]:
                peak, before = values[row.name][peer.name]
                name = f"{peer.name} (wrong)" if peer.name in wrong.get(row, {}) else peer.name
                rows.append([row.name, name, f"{peak / 1e6:.0f}", f"{(peak - before) / 1e6:.0f}"])
    text = [
        "## Peak resident size",
        "",
        "In MB, of a fresh process that does the work three times; the second figure is without what the process",
        "had before it prepared the work (libraries and the interpreter).",
        "",
    ]
    return text + table(["row", "peer", "peak", "of the work"], rows)


def versions_table(peers, versions, failures):
    with open(HOME / "Cargo.lock", "rb") as lock:
        locked = {package["name"]: package["version"] for package in tomllib.load(lock)["package"]}
    rows = []
    for peer in peers:
        told = versions.get(peer.name) or ({peer.library: locked.get(peer.library, "?")} if peer.library else {})
        text = ", ".join(f"{name} {version}" for name, version in told.items())
        rows.append([peer.name, failures.get(peer.name, text)])
    return ["## Versions", ""] + table(["peer", "versions"], rows)


def number(x):
    """Three significant digits."""
    return f"{x:.0f}" if x >= 100 else f"{x:.3g}"


def nanoseconds(ns):
    for scale, unit in [(1e9, "s"), (1e6, "ms"), (1e3, "us")]:
        if ns >= scale:
            return f"{number(ns / scale)} {unit}"
    return f"{number(ns)} ns"
