"""What the embedded stack remembers between runs: the ports it chose."""

import json
import os
from typing import Any

from config.locks import exclusive_lock
from config.paths import DATA_DIR, STACK_FILE


def read_record() -> dict[str, Any]:
    """Return the stored record; an absent or torn file counts as empty."""
    try:
        return json.loads(STACK_FILE.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def update_record(**changes: Any) -> None:
    """Store the changes beside what is known, in one step."""
    DATA_DIR.mkdir(exist_ok=True)
    with exclusive_lock(DATA_DIR / "stack.lock"):
        draft = STACK_FILE.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({**read_record(), **changes}, indent=2))
        draft.replace(STACK_FILE)
