"""Recording prices derived from older ones: by depreciation, and by an index of prices."""

from oracles.domain.price_index import PriceIndex
from oracles.models import SourceKind
from oracles.services.observations import RecordReport, ensure_source, record_observations
from oracles.sources.derived import depreciated, indexed, month_of

DEPRECIATION, INDEX = "depreciation", "price-index"


def derive_depreciated(*, now: int) -> RecordReport:
    """Record what assets with a dated price are worth by their class's depreciation.

    ``now`` is chain time. Values hold from the first of the month, so that a month has one.
    """
    ensure_source(slug=DEPRECIATION, name="Depreciation by age", kind=SourceKind.PUBLISHED)
    said = depreciated(month=month_of(now), source=DEPRECIATION)
    return record_observations(observations=said, now=now)


def derive_indexed(*, index: PriceIndex, now: int) -> RecordReport:
    """Record past sales of houses brought to the index's newest quarter; ``now`` is chain time."""
    ensure_source(slug=INDEX, name="Sales by price index", kind=SourceKind.PUBLISHED)
    return record_observations(observations=indexed(index=index, source=INDEX), now=now)
