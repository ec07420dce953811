#!/usr/bin/env python3
"""Django's command-line door; it brings up the embedded stack that a command needs."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def use_project_environment() -> None:
    """Re-execute with the checkout's own virtual environment, when it exists and is not in use."""
    python = ROOT / ".venv" / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    use_project_environment()
    from config.cli import main

    sys.exit(main(sys.argv))
