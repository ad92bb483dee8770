"""One environment for each Python peer, one binary for each Rust peer."""

import os
import subprocess
import sys
import venv

from driver.plan import HOME, TARGET


def install(peers):
    """Why a peer could not be installed, by name; those that could are not in it."""
    done = {}
    for peer in peers:
        what = peer.requirements or peer.crate
        if what not in done:
            print(f"installing {what}", file=sys.stderr)
            done[what] = environment(peer) if peer.requirements else binary(peer.crate)
    reasons = {peer.name: done[peer.requirements or peer.crate] for peer in peers}
    return {name: reason for name, reason in reasons.items() if reason}


def environment(peer):
    requirements = HOME / "requirements" / f"{peer.requirements}.txt"
    python = peer.venv() / "bin/python"
    stamp = peer.venv() / "installed.txt"
    wanted = f"# Python {sys.version}\n{requirements.read_text()}"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    if not (stamp.exists() and stamp.read_text() == wanted and python.exists()):
        try:
            venv.create(peer.venv(), with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError) as error:
            return f"no virtual environment: {error}"
        if failure := failed([*pip, "-r", str(requirements)], os.environ):
            return failure
        stamp.write_text(wanted)
    return failed([*pip, *local(peer)], building(peer)) if peer.package else None


def local(peer):
    """Has pip build the package with the tools of the environment: each time, as its sources may have changed."""
    return ["--no-build-isolation", "--no-deps", str(peer.package)]


def building(peer):
    """The variables that let the build find its tools, and what it left the last time."""
    path = f"{peer.venv() / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "CARGO_TARGET_DIR": str(peer.package / "target")}


def binary(crate):
    cargo = ["cargo", "build", "--quiet", "--release", "--manifest-path", str(HOME / "Cargo.toml")]
    return failed([*cargo, "-p", crate], {**os.environ, "CARGO_TARGET_DIR": str(TARGET)})


def failed(command, environment):
    """Why the command failed, if it did."""
    try:
        run = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    if run.returncode == 0:
        return None
    print(run.stderr, file=sys.stderr)
    lines = [line for line in run.stderr.splitlines() if "error" in line.lower()]
    return (lines or [f"{command[0]} gave no reason"])[0][:200]
