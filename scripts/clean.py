#!/usr/bin/env python3
"""Remove this checkout's data: .ballast, and what PostgreSQL keeps elsewhere under root."""

import runpy
import shutil
from pathlib import Path

PATHS = runpy.run_path(str(Path(__file__).resolve().parent.parent / "config" / "paths.py"))


def main() -> None:
    """Remove the three directories that a run of this checkout makes."""
    for name in ("SYSTEM_DIR", "RUN_DIR", "DATA_DIR"):
        if name != "SYSTEM_DIR" or PATHS["AS_ROOT"]:
            shutil.rmtree(PATHS[name], ignore_errors=True)
            print(f"Removed {PATHS[name]}")


if __name__ == "__main__":
    main()
