"""The statistical source: a model learnt from recorded sales speaks of every asset of its class."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from collateral.domain.portfolio import ColumnMapping, read_table
from collateral.models import Asset
from collateral.models.assets import ON_CHAIN
from collateral.services.mappings import file_content
from oracles.domain.canonical import canonical_json
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import SourceKind
from oracles.sales.model import MODEL, SalesModel
from oracles.sales.records import TARGETS, Sale, derived_facts, read_sales
from oracles.services.backtesting import data_hash, mapping_text
from oracles.services.observations import (
    NewObservation,
    RecordReport,
    ensure_source,
    record_observations,
)

_CHUNK = 2_000
# A prediction is told to three digits: more would only carry the noise of another machine.
_DIGITS = 3


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What the model learnt from, and what the oracle took of what it said."""

    data_hash: str
    sales: int
    assets: int
    report: RecordReport


def learn_sales(
    *, path: Path, mapping: ColumnMapping, now: int, ignored: Iterable[str] = ()
) -> Learnt:
    """Learn from a file of sales and record a value of each minted asset of the class.

    ``now`` is chain time. An asset of which no fact is known that the sales tell is passed over.
    Refuses by FileRefused.
    """
    content = file_content(path)
    today = datetime.fromtimestamp(now, tz=UTC).date()
    table = read_table(content, skip_lines=mapping.skip_lines)
    left_out = sorted(set(ignored))
    file = read_sales(table=table, mapping=mapping, as_of=today, ignored=left_out)
    known_as = data_hash(content, mapping_text(mapping, left_out))
    source = f"sales-{file.asset_class.code.replace('_', '-')}"
    ensure_source(
        slug=source,
        name=f"Model of recorded sales, {file.asset_class.label.lower()}",
        kind=SourceKind.PUBLISHED,
        class_id=file.asset_class.id,
    )
    assets = Asset.objects.filter(class_id=file.asset_class.id, status__in=ON_CHAIN)
    told = frozenset(file.fields())
    things = (
        (pk, thing)
        for pk, attributes in assets.order_by("pk").values_list("pk", "attributes").iterator()
        if (thing := _thing(attributes, today)).facts.keys() & told
    )
    said = list(_predictions(SalesModel(file.sales), things, source, known_as, now))
    report = record_observations(observations=said, now=now)
    return Learnt(data_hash=known_as, sales=len(file.sales), assets=len(said), report=report)


def _thing(attributes: Mapping[str, int | str], today: date) -> Sale:
    """Return an asset as a sale of today whose price is not known."""
    unknown = {f"{name}_units" for name in TARGETS}
    facts = {key: value for key, value in attributes.items() if key not in unknown}
    return Sale(0, 0, today, facts | derived_facts(facts, today))


def _predictions(
    model: SalesModel,
    things: Iterable[tuple[int, Sale]],
    source: str,
    known_as: str,
    now: int,
) -> Iterator[NewObservation]:
    waiting = iter(things)
    while chunk := list(islice(waiting, _CHUNK)):
        found = model.predict([thing for _, thing in chunk])
        for (pk, thing), central in zip(chunk, found.central, strict=True):
            yield NewObservation(
                source=source,
                kind=ObservationKind.MODEL,
                value=quantised_down(float(central)),
                unit=Unit.USD,
                scale=LEDGER_DECIMALS,
                observed_at=now,
                asset_id=pk,
                raw=canonical_json({"model": MODEL, "sales": known_as, "facts": dict(thing.facts)}),
            )


def quantised_down(amount: float) -> int:
    """Return an amount in whole units with no more than its first three digits."""
    units = int(amount)
    step = 10 ** max(0, len(str(units)) - _DIGITS)
    return units // step * step
