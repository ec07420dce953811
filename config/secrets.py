"""Random secrets of this data directory: made on first use, readable by their owner only."""

import json
import os
import secrets
import tempfile
from pathlib import Path

from config.locks import exclusive_lock
from config.paths import DATA_DIR, SECRETS_FILE


def generated(name: str) -> str:
    """Return the data directory's own secret of that name, making it on first use."""
    known = _read()
    if name in known:
        return known[name]
    DATA_DIR.mkdir(exist_ok=True)
    with exclusive_lock(DATA_DIR / "secrets.lock"):
        known = {**_read()}
        known.setdefault(name, secrets.token_urlsafe(24))
        _write(known)
    return known[name]


def _read() -> dict[str, str]:
    try:
        return json.loads(SECRETS_FILE.read_text())
    except FileNotFoundError:
        return {}


def _write(known: dict[str, str]) -> None:
    """Replace the file in one step; the temporary file is made with mode 0600."""
    handle, name = tempfile.mkstemp(dir=DATA_DIR, prefix="secrets-")
    with os.fdopen(handle, "w") as file:
        json.dump(known, file, indent=2)
    Path(name).replace(SECRETS_FILE)
