#!/usr/bin/env python3
"""Django's command-line door; it brings up the embedded stack that a command needs."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def use_project_environment() -> None:
    """Run with the checkout's own virtual environment, set up first where it is not.

    An environment that a deployment has made of its own is used as it is.
    """
    environment = ROOT / ".venv"
    if Path(sys.prefix).resolve() == environment.resolve():
        return
    python = environment / "bin" / "python"
    if not python.exists() and find_spec("celery"):
        return
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "bootstrap.py")], check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    use_project_environment()
    from config.cli import main

    sys.exit(main(sys.argv))
