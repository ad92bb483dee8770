"""One environment for each Python peer, one binary for each Rust peer."""

import os
import subprocess
import sys
import venv

from driver.plan import HOME, TARGET


def install(peers):
    """Why a peer could not be installed, by name; those that could are not in it."""
    failures, done = {}, {}
    for peer in peers:
        what = peer.requirements or peer.crate
        if what not in done:
            print(f"installing {what}", file=sys.stderr)
            done[what] = environment(peer) if peer.requirements else binary(peer.crate)
        if done[what]:
            failures[peer.name] = done[what]
    return failures


def environment(peer):
    wanted = HOME / "requirements" / f"{peer.requirements}.txt"
    stamp = peer.venv() / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return None
    venv.create(peer.venv(), with_pip=True, clear=True)
    pip = [str(peer.venv() / "bin/python"), "-m", "pip", "install", "--quiet", "-r", str(wanted)]
    failure = failed(pip, os.environ)
    if failure is None:
        stamp.write_text(wanted.read_text())
    return failure


def binary(crate):
    cargo = ["cargo", "build", "--quiet", "--release", "--manifest-path", str(HOME / "Cargo.toml")]
    return failed([*cargo, "-p", crate], {**os.environ, "CARGO_TARGET_DIR": str(TARGET)})


def failed(command, environment):
    run = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    if run.returncode == 0:
        return None
    print(run.stderr, file=sys.stderr)
    lines = [line for line in run.stderr.splitlines() if "error" in line.lower()]
    return f"not installed: {(lines or ['no reason given'])[0][:200]}"
