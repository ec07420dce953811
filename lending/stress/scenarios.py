"""The scenarios that come with the project, and those of a file."""

from dataclasses import dataclass
from pathlib import Path

from collateral.domain.classes import CLASSES
from lending.domain.errors import LendingRefused
from lending.domain.stress import Paths, read_paths

SCENARIOS_DIR = Path(__file__).resolve().parent.parent / "data" / "scenarios"
MAX_FILE_BYTES = 16 * 1024 * 1024
HOUR_S = 3_600
# Houses taken in foreclosure sell about 27 % lower (Campbell, Giglio, Pathak 2011).
_BIDS = {"fhfa-2007": 7_300, "gpu-generation": 8_500, "lrt-depeg": 9_700}
_USUAL_BID_BPS = 8_000
# The least interval of rounds, where hours count; else a round a day.
_STEPS_H = {"lrt-depeg": 6}
_USUAL_STEP_H = 24


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Paths of prices with a name, the usual best bid, and how often a round is held."""

    name: str
    paths: Paths
    bid_bps: int
    step_s: int


def scenario_names() -> list[str]:
    """Return the names of the scenarios that come with the project."""
    return sorted(path.stem for path in SCENARIOS_DIR.glob("*.csv"))


def load_scenario(name: str) -> Scenario:
    """Return a scenario by its name or from a CSV file, or refuse in one sentence."""
    own = SCENARIOS_DIR / f"{name}.csv"
    path = own if name in scenario_names() else Path(name)
    classes = [one.code for one in CLASSES]
    return Scenario(
        name=path.stem,
        paths=read_paths(_text(path, name), known_classes=classes),
        bid_bps=_BIDS.get(name, _USUAL_BID_BPS),
        step_s=_STEPS_H.get(name, _USUAL_STEP_H) * HOUR_S,
    )


def _text(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LendingRefused(
                "FILE_TOO_LARGE", f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB."
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LendingRefused("ENCODING", f"{name} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise LendingRefused(
            "UNKNOWN_SCENARIO",
            f"{name} is neither a scenario ({', '.join(scenario_names())}) nor a file that can be "
            f"read: {error.strerror}.",
        ) from None
