"""The comparison as Markdown."""

import dataclasses
import datetime
import os
import platform
import re
import statistics
import subprocess
import sys
import tomllib

from driver.agreement import dissenters
from driver.measure import Timing
from driver.plan import HOME, KINDS, OURS, Peer, Row

BEGIN = "<!-- benches/peers/run writes from here -->"
END = "<!-- to here -->"

EXPLAINED = """\
Each peer is a process of its own on as many cores as threads; rounds of all peers alternate. A ratio is the
peer's time over ours in the same round: above 1 dezero is faster, and what is below is marked as lost. Peers that
record a graph anew are compared with dezero doing so, peers that record, trace or build once with dezero replayed,
and what is written in Python with dezero's Python package, too.
*No* is what the library does not have, *wrong* a result that is not that of most."""

FROM_PYTHON = """\
dezero's Python package as a time, the peers as multiples of it; it runs DeZero's script unchanged where the book has
names for the work. JAX's functions are compiled, loops included, so that a ratio to it is no race: what is below 1
there is not marked."""

PER_OPERATION = """\
Bytes of a recorded operation: growth of the resident size over a chain of a million scalar operations, per operation.
Of what records once, with the program, ready to run."""

PEAK = """\
Peak resident size in MB of a fresh process that does the work three times, and in brackets without what the process
had before it prepared the work (libraries and the interpreter):"""


def insert(section, path):
    """Puts the section between the marks of a file, in place of what was there."""
    text = path.read_text() if path.exists() else ""
    if not re.search(f"{re.escape(BEGIN)}.*{re.escape(END)}", text, re.DOTALL):
        print(f"{path.name} has no place for the results: {BEGIN} ... {END}", file=sys.stderr)
        return
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n\n{section.strip()}\n\n{END}{after}")


@dataclasses.dataclass
class Run:
    peers: list[Peer]
    results: dict[Row, dict[str, Timing]]
    # Why a peer was not run, by name.
    failures: dict[str, str]
    versions: dict[str, dict[str, str]]
    # As `measure.memory` gives it, if it was asked for.
    memory: tuple[dict, dict] | None
    threads: int
    quick: bool

    def __post_init__(self):
        self.wrong = {row: dissenters(row, timings) for row, timings in self.results.items()}

    def everything(self):
        details = [self.detail(row) for row in self.results]
        return plain("\n\n".join(["# dezero beside its peers", *self.sections("##"), *details])) + "\n"

    def summary(self):
        return plain("\n\n".join(self.sections("###")))

    def sections(self, level):
        """What stands before the details, under headings of this level."""
        sections = [self.machine(), EXPLAINED]
        if self.quick:
            sections.insert(0, "A quick run, to see that it works: the figures mean little.")
        sections += [
            f"{level} Recorded anew each time\n\nOurs as a time, the peers as multiples of it.",
            self.overview("eager"),
            f"{level} Recorded, traced or built once\n\nThe same, of what comes after that.",
            self.overview("replayed"),
            f"{level} From Python\n\n{FROM_PYTHON}",
            self.overview("python"),
            f"Lost: {self.lost()}.",
            f"{level} Before the first result\n\nTo record, trace or compile, and to run for the first time.",
            self.first_results(),
            f"{level} Agreement",
            self.agreement(),
        ]
        if self.memory:
            sections += [
                f"{level} Memory",
                PER_OPERATION,
                self.per_operation(),
            ]
            sections += [PEAK, self.peaks()] if self.memory[1] else []
        return [*sections, f"{level} Versions", self.versions_table()]

    def machine(self):
        cpu = next(
            (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
            platform.machine(),
        )
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        threads = f"{self.threads} {'thread' if self.threads == 1 else 'threads'}"
        kernel = platform.release().split("-")[0]
        commit = said(["git", "-C", str(HOME), "describe", "--always", "--dirty"])
        return (
            f"{datetime.date.today()}, {threads}. {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {kernel};\n"
            f"{said(['rustc', '--version'])}; Python {platform.python_version()}; dezero at {commit}."
        )

    def of_table(self, name):
        return [peer for peer in self.peers if name in peer.tables]

    def rows_of_table(self, name):
        return [row for row in self.results if name == "python" or not row.python]

    def ratios(self, peer, row, name):
        """Round by round, the peer's time over ours of that table; none for ours, nor where either is missing."""
        ours = self.results[row].get(OURS[name])
        if peer.name == OURS[name] or name not in peer.tables or ours is None:
            return []
        return [theirs / our for theirs, our in zip(self.results[row][peer.name].rounds, ours.rounds)]

    def overview(self, name):
        peers = self.of_table(name)
        rows = [
            [f"{row.name} {row.title}", *(self.cell(row, peer, name) for peer in peers)]
            for row in self.rows_of_table(name)
        ]
        some = [row for row in rows if set(row[1:]) != {"no"}]
        return table(["row", *(peer.name for peer in peers)], some)

    def cell(self, row, peer, name):
        if why := self.missing(row, peer):
            return why
        if peer.name in self.wrong[row]:
            return "wrong"
        ratios = self.ratios(peer, row, name)
        if not ratios:
            return nanoseconds(statistics.median(self.results[row][peer.name].rounds))
        ratio = statistics.median(ratios)
        race = not peer.ours and peer.kind == KINDS[name]
        return f"**lost {number(ratio)}**" if ratio < 1 and race else number(ratio)

    def missing(self, row, peer):
        """In a word, why there is no figure."""
        if peer.name in self.failures:
            return "not run"
        if not peer.does(row):
            return "as without"
        timing = self.results[row][peer.name]
        if timing.why_not:
            return "no" if "cannot" in timing.first else "failed"
        return None

    def lost(self):
        lost = [
            f"{row.name} to {peer.name}{' from Python' if name == 'python' else ''}"
            for name in OURS
            for row in self.rows_of_table(name)
            for peer in self.of_table(name)
            if "lost" in self.cell(row, peer, name)
        ]
        return f"{len(lost)} comparisons ({', '.join(lost)})" if lost else "no comparison"

    def first_results(self):
        def cell(row, peer):
            return self.missing(row, peer) or nanoseconds(self.results[row][peer.name].first["first_result_ns"])

        peers = self.of_table("replayed")
        rows = [[row.name, *(cell(row, peer) for peer in peers)] for row in self.rows_of_table("replayed")]
        return table(["row", *(peer.name for peer in peers)], rows)

    def agreement(self):
        named = [
            f"- {row.name}: {name} disagrees with the others ({how})"
            for row, dissent in self.wrong.items()
            for name, how in dissent.items()
        ]
        failed = [
            f"- {row.name}: {name} failed ({timing.why_not})"
            for row, timings in self.results.items()
            for name, timing in timings.items()
            if "error" in timing.first
        ]
        return "\n".join((named or ["All results agree."]) + failed)

    def per_operation(self):
        def cell(answer):
            return f"{answer['value']:.0f}" if "value" in answer else f"failed: {answer['error']}"

        told = {name: answer for name, answer in self.memory[0].items() if "cannot" not in answer}
        return table(["peer", "bytes"], [[name, cell(answer)] for name, answer in told.items()])

    def peaks(self):
        rows = [row for row in self.results if row.name in self.memory[1]]

        def cell(row, peer):
            answer = self.memory[1][row.name].get(peer.name, {})
            if "peak" not in answer:
                return "failed" if "error" in answer else self.missing(row, peer) or ""
            peak, before = answer["peak"], answer["before"]
            text = f"{peak / 1e6:.0f} ({(peak - before) / 1e6:.0f})"
            return f"{text} wrong" if peer.name in self.wrong[row] else text

        peers = [[peer.name, *(cell(row, peer) for row in rows)] for peer in self.peers]
        return table(["peer", *(row.name for row in rows)], peers)

    def versions_table(self):
        with open(HOME / "Cargo.lock", "rb") as lock:
            locked = {package["name"]: package["version"] for package in tomllib.load(lock)["package"]}

        def cell(peer):
            if peer.name in self.failures:
                return f"not run: {self.failures[peer.name]}"
            told = self.versions.get(peer.name) or {peer.library: locked.get(peer.library, "?")}
            return ", ".join(f"{name} {version}" for name, version in told.items())

        return table(["peer", "versions"], [[peer.name, cell(peer)] for peer in self.peers])

    def detail(self, row):
        rows, reasons = [], []
        for peer in self.peers:
            timing = self.results[row].get(peer.name)
            if timing is None:
                continue
            if timing.why_not:
                reasons.append(f"- {peer.name}: {timing.why_not}")
                continue
            first, wrong = timing.first, self.wrong[row].get(peer.name)
            remarks = ([f"wrong: {wrong}"] if wrong else []) + ([first["note"]] if first["note"] else [])
            rows.append(
                [
                    peer.name,
                    peer.kind,
                    spread(timing.rounds, nanoseconds),
                    str(len(timing.rounds)),
                    spread(self.ratios(peer, row, peer.kind), number),
                    spread(self.ratios(peer, row, "python"), number),
                    nanoseconds(first["first_result_ns"]) if first["first_result_ns"] else "",
                    "; ".join(remarks),
                ]
            )
        times = ["times ours", "times ours from Python"]
        head = ["peer", "kind", "median [min .. max]", "rounds", *times, "before the first result", ""]
        parts = [f"## {row.name}: {row.title}", table(head, rows), "\n".join(reasons)]
        return "\n\n".join(part for part in parts if part)


def plain(text):
    """Without addresses and places of this machine, which reasons of failures may name."""
    text = re.sub(r"\b\w+://\S+", "(address)", text)
    return re.sub(r"(?<![\w<.])/(?:[\w.+-]+/)+[\w.+-]*", "(path)", text)


def said(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return f"{command[0]}: not known"


def table(head, rows):
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def spread(values, text):
    """The median, the lowest and the highest."""
    if not values:
        return ""
    return f"{text(statistics.median(values))} [{text(min(values))} .. {text(max(values))}]"


def number(x):
    """Three significant digits."""
    return f"{x:.0f}" if x >= 100 else f"{x:.3g}"


def nanoseconds(ns):
    for scale, unit in [(1e9, "s"), (1e6, "ms"), (1e3, "us")]:
        if ns >= scale:
            return f"{number(ns / scale)} {unit}"
    return f"{number(ns)} ns"
