"""What every step of the demo works with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.demo.actors import Call, Cast, send_all
from config.demo.clock import Clock
from config.demo.progress import Progress
from contracts.client import Chain
from contracts.types import Receipt

DAY_S = 86_400


@dataclass
class Stage:
    """The chain, its clock, the cast, the journal, and a voice."""

    chain: Chain
    clock: Clock
    cast: Cast
    progress: Progress
    portfolio: Path
    say: Callable[[str], None]
    _addresses: dict[str, str] = field(default_factory=dict)

    def send(self, calls: Sequence[Call]) -> list[Receipt]:
        """Send the actors' own transactions and wait for them."""
        return send_all(self.chain, calls)

    def day(self, number: int) -> int:
        """Return the chain time of a day of the job, unix seconds; day 0 is its start."""
        return self.progress.started_at + number * DAY_S
