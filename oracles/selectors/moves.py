"""Why a value moved from one round to the next."""

from dataclasses import dataclass

from collateral.models import Asset
from oracles.models import Observation, RoundStatus, Valuation, Verdict

MOST_NEW = 10


@dataclass(frozen=True, kw_only=True)
class NewWord:
    """What a source newly said, and what it had said before; amounts in base units."""

    source: str
    kind: str
    amount: int
    before: int | None
    observed_at: int


@dataclass(frozen=True, kw_only=True)
class ValueMove:
    """The last two values of an asset, and what was heard between them; ledger units.

    ``target`` is where the estimate stands; the value goes there as fast as its class may move.
    """

    before: int
    after: int
    before_at: int
    after_at: int
    target: int
    sources_before: int
    sources_after: int
    news: list[NewWord]

    @property
    def held_back(self) -> bool:
        """Whether the limit of movement keeps the value from its estimate."""
        return self.after != self.target


def last_move(asset: Asset) -> ValueMove | None:
    """Return what happened between the asset's last two published values, if there are two."""
    found = list(
        Valuation.objects.filter(asset=asset, round__status=RoundStatus.PUBLISHED)
        .select_related("round")
        .order_by("-round__number")[:2]
    )
    if len(found) < 2:
        return None
    after, before = found
    return ValueMove(
        before=before.value_units,
        after=after.value_units,
        before_at=before.round.observed_at,
        after_at=after.round.observed_at,
        target=after.target_value_units,
        sources_before=before.sources,
        sources_after=after.sources,
        news=_news(asset, before.round.observed_at, after.round.observed_at),
    )


def _news(asset: Asset, since: int, until: int) -> list[NewWord]:
    """Return what was observed between two rounds, the newest first."""
    accepted = Observation.objects.filter(asset=asset, verdict=Verdict.ACCEPTED)
    new = accepted.filter(observed_at__gt=since, observed_at__lte=until)
    return [
        NewWord(
            source=one.source.name,
            kind=one.get_kind_display(),
            amount=one.amount,
            before=accepted.filter(source=one.source, kind=one.kind, observed_at__lte=since)
            .order_by("-observed_at")
            .values_list("amount", flat=True)
            .first(),
            observed_at=one.observed_at,
        )
        for one in new.select_related("source").order_by("-observed_at", "pk")[:MOST_NEW]
    ]
