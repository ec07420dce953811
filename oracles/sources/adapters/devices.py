"""What devices earned, by the messages that their own keys signed."""

from collections.abc import Iterable, Sequence

from collateral.selectors.telemetry import Earnings, earnings
from oracles.domain.attested_income import WINDOW_S, monthly_down
from oracles.domain.canonical import canonical_json
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import SourceFeed
from oracles.sources.adapters.base import Asking, class_of
from oracles.sources.statements import NewObservation


class Devices:
    """What users paid in the last month counts; rewards that a network mints are not reported.

    The raw document is the span of messages by their hashes: each names the one before it, so the
    last stands for all.
    """

    def check(self, feed: SourceFeed) -> None:
        class_of(feed)

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        return canonical_json({"from": asking.now - WINDOW_S, "to": asking.now})

    def classes(self, feed: SourceFeed) -> Sequence[int]:
        return (class_of(feed),)

    def speak(
        self, feed: SourceFeed, document: bytes, asset_ids: Sequence[int], now: int
    ) -> Iterable[NewObservation]:
        for one in earnings(asset_ids=asset_ids, since=now - WINDOW_S, until=now):
            monthly = monthly_down(income_units=one.income_units, first_at=one.first_at, until=now)
            if monthly is not None:
                yield _said(one, monthly, feed.source.slug)


def _said(one: Earnings, monthly: int, source: str) -> NewObservation:
    return NewObservation(
        source=source,
        kind=ObservationKind.RENTAL_INCOME,
        value=monthly,
        unit=Unit.USD_PER_MONTH,
        scale=LEDGER_DECIMALS,
        observed_at=one.last_at,
        asset_id=one.asset_id,
        signature="0x" + one.last_signature.hex(),
        raw=canonical_json(
            {
                "device": one.device_key.hex(),
                "from": [one.first_sequence, one.first_at],
                "to": [one.last_sequence, one.last_at],
                "last": one.last_hash.hex(),
                "income_units": one.income_units,
            }
        ),
    )
