"""The book of a stress run: loans of the database, or new loans on a portfolio's things."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from collateral.domain.classes import class_by_id
from collateral.domain.portfolio import PortfolioRow, read_portfolio, read_table
from collateral.domain.regions import state_of
from collateral.models import Asset
from collateral.services.mappings import (
    PORTFOLIO_DIR,
    ReadyMapping,
    file_content,
    mapping_for,
    plan_portfolio,
)
from contracts.genesis import load_genesis
from lending.domain.errors import LendingRefused
from lending.domain.health import Item, Terms
from lending.domain.loans import Status
from lending.domain.stress import Book, StressLoan, Thing
from lending.domain.stress.book import new_loan
from lending.models import Loan
from lending.selectors.valuing import LRT_CLASS, Pledge, pledges_of
from oracles.domain.appraised import appraise
from oracles.domain.income import value_by_income
from oracles.domain.observations import Observation
from oracles.domain.parameters import CLASS_MODELS, RESTAKING
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import Valuation
from oracles.selectors import newest_round

# What a restaking token is worth at the start, for 10^18: only its share of a book depends on it.
LRT_UNITS = 3_200_000_000
BPS = 10_000
_PRICES = {"price_units": (ObservationKind.APPRAISAL, Unit.USD)}
_RENTS = {
    "hourly_income_units": (ObservationKind.RENTAL_INCOME, Unit.USD_PER_HOUR),
    "monthly_income_units": (ObservationKind.RENTAL_INCOME, Unit.USD_PER_MONTH),
}


def genesis_terms() -> dict[int, Terms]:
    """Return the terms that the contracts are deployed with, by class."""
    found = {}
    for row in load_genesis()["classes"]:
        terms = {name.removesuffix("_s"): value for name, value in row["terms"].items()}
        found[row["id"]] = Terms(class_id=row["id"], **terms)
    return found


def genesis_pool() -> tuple[Mapping[str, int], int]:
    """Return the pool's parameters as deployed, and the oracle's void window in seconds."""
    genesis = load_genesis()
    return genesis["pool"], int(genesis["oracle"]["void_window_s"])


def own_book(*, now: int, draw_bps: int) -> Book:
    """Return new loans on the project's own portfolio; ``now`` in unix seconds."""
    return portfolio_book(PORTFOLIO_DIR, now=now, draw_bps=draw_bps)


def portfolio_book(path: Path, *, now: int, draw_bps: int) -> Book:
    """Return a new loan on each thing of a portfolio file, or of a directory of them."""
    files = [(path, mapping_for(path))] if path.is_file() else _files(path)
    terms = genesis_terms()
    loans = []
    for file, ready in files:
        for name, thing in _things(file, ready, terms, now=now):
            loan = new_loan(name=name, things=[thing], now=now, draw_bps=draw_bps)
            if loan is not None:
                loans.append(loan)
    if not loans:
        raise LendingRefused("NO_LOANS", f"Nothing of {path} has a value that can be lent on.")
    return Book(loans=loans, now=now)


def _files(directory: Path) -> list[tuple[Path, ReadyMapping]]:
    return [(one.path, one.ready) for one in plan_portfolio(directory=directory) if one.ready]


def _things(
    file: Path, ready: ReadyMapping, terms: Mapping[int, Terms], *, now: int
) -> Iterator[tuple[str, Thing]]:
    mapping = ready.mapping
    portfolio = read_portfolio(
        table=read_table(file_content(file), skip_lines=mapping.skip_lines),
        mapping=mapping,
        file_name=file.name,
        as_of=datetime.fromtimestamp(now, tz=UTC).date(),
    )
    class_terms = terms[mapping.asset_class.id]
    for row in portfolio.rows:
        thing = _thing(row, class_terms, now=now)
        if thing is not None:
            yield f"{file.stem} {row.line}", thing


def _thing(row: PortfolioRow, terms: Terms, *, now: int) -> Thing | None:
    code = class_by_id(terms.class_id).code
    if terms.class_id == LRT_CLASS:
        amount = int(row.attributes["amount_wei"])
        item = Item(token_id=0, terms=terms, lrt_amount=amount)
        return Thing(item=item, class_code=code, value=LRT_UNITS, lower=_lrt_lower())
    model = CLASS_MODELS[terms.class_id]
    told = [
        _observation(int(row.attributes[key]), kind, unit, now)
        for key, (kind, unit) in (_PRICES | _RENTS).items()
        if row.attributes.get(key)
    ]
    found = (value_by_income if model.income else appraise)(told, model=model)
    if found is None:
        return None
    item = Item(
        token_id=row.line,
        terms=terms,
        appraisal_cap=row.price_units,
        attested_at=now,
        valid_until=now + model.valid_for_s,
    )
    return Thing(
        item=item,
        class_code=code,
        value=found.value,
        lower=found.lower,
        region=state_of(row.attributes),
    )


def _lrt_lower() -> int:
    return LRT_UNITS * (BPS - RESTAKING.haircut_bps) // BPS


def _observation(value: int, kind: ObservationKind, unit: Unit, now: int) -> Observation:
    return Observation(
        source="portfolio",
        kind=kind,
        value=value,
        unit=unit,
        scale=LEDGER_DECIMALS,
        observed_at=now,
        raw_hash="",
    )


def database_book(*, now: int) -> Book:
    """Return the loans of the database under way, at the values of the newest round."""
    loans = list(Loan.objects.filter(status=Status.OPEN))
    newest = newest_round()
    if not loans or newest is None:
        raise LendingRefused(
            "NO_LOANS", "The database holds no open loans with values; use --portfolio PATH."
        )
    held = pledges_of(loans, now=now)
    ids = {pledge.item.token_id for pledges in held.values() for pledge in pledges}
    centrals = dict(
        Valuation.objects.filter(round=newest, asset__token_id__in=ids).values_list(
            "asset__token_id", "value_units"
        )
    )
    assets = Asset.objects.in_bulk(ids, field_name="token_id")
    return Book(
        loans=[
            StressLoan(
                name=str(loan),
                state=loan.state,
                things=tuple(
                    _pledged(pledge, centrals, assets)
                    for pledge in sorted(held[loan.pk], key=_tokens_first)
                ),
            )
            for loan in loans
        ],
        now=now,
    )


def _tokens_first(pledge: Pledge) -> bool:
    return pledge.item.lrt_amount is None


def _pledged(pledge: Pledge, centrals: Mapping[int, int], assets: Mapping[int, Asset]) -> Thing:
    lower = pledge.pair.newest or 0
    asset = assets.get(pledge.item.token_id)
    return Thing(
        item=pledge.item,
        class_code=class_by_id(pledge.item.terms.class_id).code,
        value=max(lower, centrals.get(pledge.item.token_id, 0)),
        lower=lower,
        region=state_of(asset.attributes) if asset else None,
    )
