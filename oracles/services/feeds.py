"""Whether a source's whole update goes on from its own past, before any of it counts."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from oracles.domain.breakers import FEED_MIN_SERIES, Continuity, continuity
from oracles.domain.quantities import Unit, base_amount
from oracles.models import Observation, Verdict

# Source, kind and unit: what one update speaks of.
Feed = tuple[str, str, str]
_PAST = 12


def shifted_feeds(updates: Iterable[tuple[Feed, str, int]]) -> dict[Feed, Continuity]:
    """Return the feeds of an update to be set aside, from (feed, series, base amount) of each.

    A series is an asset's row id or a token's address. A feed that says several things of one
    series hands in a history, not an update, and is not judged.
    """
    told: dict[Feed, dict[str, int]] = defaultdict(dict)
    histories: set[Feed] = set()
    for feed, series, amount in updates:
        if series in told[feed]:
            histories.add(feed)
        told[feed][series] = amount
    judged = {
        feed: continuity(_past(feed, update), update)
        for feed, update in told.items()
        if len(update) >= FEED_MIN_SERIES and feed not in histories
    }
    return {feed: found for feed, found in judged.items() if found.quarantined}


def _past(feed: Feed, update: dict[str, int]) -> dict[str, list[int]]:
    """Return each series' last accepted amounts, oldest first, in two queries."""
    source, kind, unit = feed
    said = Observation.objects.filter(
        verdict=Verdict.ACCEPTED, source__slug=source, kind=kind, unit=unit, value__gt=0
    )
    assets = [int(series) for series in update if series.isdigit()]
    past: dict[str, list[int]] = defaultdict(list)
    for key, found in (
        ("asset_id", said.filter(asset__in=assets)),
        ("token", said.filter(token__in=[one for one in update if not one.isdigit()])),
    ):
        for series, value, scale in _newest(found.exclude(**{key: None}), key):
            past[str(series)].append(base_amount(value=value, unit=Unit(unit), scale=scale))
    return {series: [one for one in amounts if one] for series, amounts in past.items()}


def _newest(found: QuerySet[Observation], key: str) -> Iterable[tuple[object, int, int]]:
    place = Window(RowNumber(), partition_by=[F(key)], order_by=[F("observed_at").desc()])
    newest = found.annotate(place=place).filter(place__lte=_PAST)
    return newest.order_by(key, "observed_at").values_list(key, "value", "scale")
