"""The steps of the book "Deep Learning from Scratch 3": each script prints what the book prints.

`book/stepNN.py` says what step NN is about, with the package in place of the classes that the book
develops; `book/stepNN.txt` is the output. In it `...` stands for any number of lines, and nodes of
DOT are numbered as they appear, because their ids are addresses.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from dot_text import with_numbered_nodes

BOOK = Path(__file__).parent / "book"
STEPS = [f"step{number:02}" for number in range(1, 37)]


def assert_same_lines(printed, expected):
    if "..." not in expected:
        assert printed == expected
        return
    gap = expected.index("...")
    head, tail = expected[:gap], expected[gap + 1 :]
    assert len(printed) >= len(head) + len(tail)
    assert printed[:gap] == head
    assert printed[len(printed) - len(tail) :] == tail


@pytest.mark.parametrize("step", STEPS)
def test_step_prints_what_the_book_prints(step, tmp_path):
    done = subprocess.run(
        [sys.executable, BOOK / f"{step}.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    expected = (BOOK / f"{step}.txt").read_text(encoding="utf-8").splitlines()
    assert_same_lines(with_numbered_nodes(done.stdout), expected)


def test_every_script_is_a_step_with_an_expected_output():
    assert sorted(path.stem for path in BOOK.glob("*.py")) == STEPS
    assert sorted(path.stem for path in BOOK.glob("*.txt")) == STEPS


def test_step28_descends_a_thousand_times(tmp_path):
    done = subprocess.run([sys.executable, BOOK / "step28.py"], cwd=tmp_path, capture_output=True, text=True)
    assert len(done.stdout.splitlines()) == 1 + 1000


def test_what_step26_writes_is_what_it_prints(tmp_path):
    done = subprocess.run([sys.executable, BOOK / "step26.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith((tmp_path / "sample.dot").read_text() + "\n")
