"""Why a value moved from one round to the next."""

from dataclasses import dataclass

from django.db.models import QuerySet

from collateral.models import Asset
from oracles.models import Observation, Round, RoundStatus, Valuation, Verdict

MOST_NEW = 10


@dataclass(frozen=True, kw_only=True)
class NewWord:
    """What a source newly said, and what it had said before; amounts in base units of ``unit``.

    ``caps`` tells that two people set the most it may be worth, ``lifts`` that they lifted that.
    """

    source: str
    kind: str
    amount: int
    before: int | None
    unit: str
    observed_at: int
    caps: bool = False
    lifts: bool = False


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
    models_changed: bool
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
        models_changed=before.round.model_set_hash != after.round.model_set_hash,
        news=_news(asset, before.round, after.round),
    )


def _news(asset: Asset, before: Round, after: Round) -> list[NewWord]:
    """Return the newest word of each source that the earlier round did not know, newest first.

    A word may be older than that round and have come too late for it.
    """
    series = ("source_id", "kind")
    accepted = Observation.objects.filter(asset=asset, verdict=Verdict.ACCEPTED)
    newest = (
        accepted.filter(observed_at__lte=after.observed_at)
        .select_related("source", "override")
        .order_by(*series, "-observed_at", "-pk")
        .distinct(*series)
    )
    new = [
        one
        for one in newest
        if one.observed_at > before.observed_at or one.recorded_at > before.created_at
    ]
    new.sort(key=lambda one: (-one.observed_at, one.pk))
    return [_word(one, accepted) for one in new[:MOST_NEW]]


def _word(one: Observation, accepted: QuerySet[Observation]) -> NewWord:
    earlier = accepted.filter(
        source=one.source_id, kind=one.kind, observed_at__lt=one.observed_at
    ).order_by("-observed_at")
    return NewWord(
        source=one.source.name,
        kind=one.get_kind_display(),
        amount=int(one.amount),
        before=earlier.values_list("amount", flat=True).first(),
        unit=one.unit,
        observed_at=one.observed_at,
        caps=one.override is not None,
        lifts=one.override is not None and one.override.lifts,
    )
