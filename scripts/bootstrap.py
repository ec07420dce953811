#!/usr/bin/env python3
"""Set this checkout up: virtual environment, hash-pinned packages, node and its packages.

Needs only Python 3.11 or 3.12 with venv. Safe to repeat; when nothing changed it ends at once.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
# Packages of the long proofs, which pin other versions than ours.
DEEP = VENV / "deep"
STAMP = VENV / "ballast-setup.json"
LOG = ROOT / ".ballast" / "logs" / "setup.log"
SUPPORTED = ((3, 11), (3, 12))
OLDEST_NODE = 20
FOUNDRY_VERSION = "1.7.1"


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def main() -> int:
    """Bring the environment up to date and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--deep", action="store_true", help="also what the long proofs need")
    options = parser.parse_args()
    use_supported_python()
    try:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with open(LOG.parent.parent / "setup.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            set_up(dev=options.dev or options.deep)
            if options.deep:
                set_up_deep(read_stamp())
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def use_supported_python() -> None:
    """Go on under a supported Python; end with one sentence where there is none."""
    if sys.version_info[:2] in SUPPORTED:
        return
    for major, minor in reversed(SUPPORTED):
        if found := shutil.which(f"python{major}.{minor}"):
            os.execv(found, [found, *sys.argv])
    version = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"Ballast needs Python 3.11 or 3.12; this is {version}. Install one of the two.")


def set_up(*, dev: bool) -> None:
    """Do the steps whose inputs changed since they were done last."""
    if not PYTHON.exists():
        step("Virtual environment", make_environment)
    done = read_stamp()
    dev = dev or "requirements-dev.txt" in done
    for name in ("requirements.txt", *(["requirements-dev.txt"] if dev else [])):
        if done.get(name) != digest(name):
            step(f"Python packages of {name}", lambda name=name: install(name))
            done = stamp(done, **{name: digest(name)})
    set_up_node(done, dev=dev)


def set_up_deep(done: dict[str, str]) -> None:
    """Install the long proofs' tools apart: they pin other versions of our own packages."""
    name = "requirements-deep.txt"
    if (DEEP / "bin" / "python").exists() and done.get(name) == digest(name):
        return
    step("Environment of the long proofs", lambda: make_environment(DEEP))
    step(f"Python packages of {name}", lambda: install(name, DEEP / "bin" / "python"))
    stamp(done, **{name: digest(name)})


def set_up_node(done: dict[str, str], *, dev: bool) -> None:
    """Install node if the machine has none, and then its packages."""
    if system_node() is None and done.get("requirements-node.txt") != digest(
        "requirements-node.txt"
    ):
        step("Node", lambda: install("requirements-node.txt"))
        done = stamp(done, **{"requirements-node.txt": digest("requirements-node.txt")})
    groups = "all" if dev or done.get("node groups") == "all" else "runtime"
    wanted = {"package-lock.json": digest("package-lock.json"), "node groups": groups}
    if not (ROOT / "node_modules").exists() or any(done.get(k) != v for k, v in wanted.items()):
        step("Node packages", lambda: install_node_packages(everything=groups == "all"))
        stamp(done, **wanted)


def make_environment(directory: Path = VENV) -> None:
    """Make a virtual environment anew."""
    shutil.rmtree(directory, ignore_errors=True)
    try:
        venv.create(directory, with_pip=True, symlinks=True)
    except (subprocess.CalledProcessError, OSError) as error:
        raise SetupError(
            f"The virtual environment {directory} could not be made: {error} On Debian, install "
            "the package python3-venv."
        ) from error


def install(name: str, python: Path = PYTHON) -> None:
    """Install a lock file with uv, which is fast, or with pip where uv cannot."""
    command = [str(BIN / "uv"), "pip", "install", "--python", str(python), "--require-hashes"]
    if have_uv() and run([*command, "--compile-bytecode", "-r", name]):
        return
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    if not run([*pip, "-r", name]):
        raise SetupError(
            f"The packages of {name} could not be installed: {last_line()} The whole log is "
            f"{LOG}. Check the network and run the same command again."
        )


def have_uv() -> bool:
    """Install uv into the environment if it is not there."""
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    return (BIN / "uv").exists() or run([*pip, "-r", "requirements-tools.txt"])


def system_node() -> str | None:
    """Return the machine's own node, when it is new enough and has npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().removeprefix("v").split(".")[0]
    return node if major.isdigit() and int(major) >= OLDEST_NODE else None


def install_node_packages(*, everything: bool) -> None:
    """Install what package-lock.json pins; scripts of packages are not run."""
    npm = "npm" if system_node() else str(BIN / "npm")
    platform_name = foundry_platform()
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    command += [] if everything else ["--omit=dev"]
    command += [] if platform_name == "linux-amd64" else ["--force"]
    if not run(command) or not run(foundry_command(npm, platform_name, everything=everything)):
        raise SetupError(
            f"The node packages could not be installed: {last_line()} The whole log is {LOG}. "
            "Check the network and run the same command again."
        )


def foundry_command(npm: str, platform_name: str, *, everything: bool) -> list[str]:
    """Return the command that adds Foundry's binaries where the lock file's are not for us."""
    if platform_name == "linux-amd64":
        return [npm, "--version"]
    tools = ("anvil", "forge", "cast") if everything else ("anvil",)
    packages = [f"@foundry-rs/{tool}-{platform_name}@{FOUNDRY_VERSION}" for tool in tools]
    return [npm, "install", "--no-save", "--force", "--ignore-scripts", *packages]


def foundry_platform() -> str:
    """Return this machine's name in Foundry's packages."""
    system = "darwin" if sys.platform == "darwin" else "linux"
    return f"{system}-{'arm64' if platform.machine() in ('arm64', 'aarch64') else 'amd64'}"


def run(command: list[str]) -> bool:
    """Run a command with its output in the log; tell whether it succeeded."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": path},
                check=False,
            )
        except OSError as error:
            log.write(f"{error}\n".encode())
            return False
    return done.returncode == 0


def step(label: str, work: Callable[[], None]) -> None:
    """Do one step and tell how long it took."""
    begun = time.monotonic()
    print(f"… {label}", flush=True)
    work()
    print(f"✓ {label} ({time.monotonic() - begun:.1f} s)", flush=True)


def digest(name: str) -> str:
    """Return the hash of a file of the project."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what was installed last."""
    try:
        return json.loads(STAMP.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def stamp(done: dict[str, str], **changes: str) -> dict[str, str]:
    """Store what is now installed, and return it."""
    done = {**done, **changes}
    STAMP.write_text(json.dumps(done, indent=2))
    return done


def last_line() -> str:
    """Return the last line of the log that says something, as a sentence."""
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines()]
    told = next((line for line in reversed(lines) if "error" in line.lower()), "no reason given")
    return f"'{told[:300]}'."


if __name__ == "__main__":
    sys.exit(main())
