"""What the database expects the chain to say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields

from collateral.models import Asset, Verifier
from collateral.models.assets import ON_CHAIN
from contracts.domain.cards import card_hash, encode_card
from lending.domain import pool as pool_domain
from lending.domain.health import Terms
from lending.domain.units import SCALE
from lending.models import (
    AuctionLot,
    Claimable,
    ClassRoom,
    ClassTerms,
    Lane,
    Loan,
    LoanCollateral,
    LotStatus,
    OracleClock,
    PoolPosition,
    PoolState,
    Shortfall,
    TokenBalance,
    Tranche,
)
from lending.parameters import oracle_parameters
from lending.selectors.cards import card_of
from lending.selectors.lots import lane_lots
from lending.selectors.valuing import pauses
from lending.services.reconciliation.checks import Check

HOT = (
    "principal",
    "prefunded",
    "impaired",
    "accrued_scaled",
    "last_accrual",
    "rate_bps",
    "status",
    "call_reason",
    "window_spent",
)
MARKS = ("charged_through", "cures", "first_cure_at")
ROOM = ("left", "used", "spent", "spent_at")
LOT = (
    "token_id",
    "start_price",
    "floor_price",
    "started_at",
    "stopped_at_start",
    "duration",
    "silent",
)


def all_checks(*, now: int) -> list[Check]:
    """Return every question with its expected answer, for a block of that time."""
    return [
        *loan_checks(),
        *lane_checks(),
        *pool_checks(now=now),
        *balance_checks(),
        *asset_checks(),
        *verifier_checks(),
        *terms_checks(now=now),
    ]


def loan_checks() -> Iterator[Check]:
    """Hot slot and marks of every loan, the hash of its card among them; the lots for sale."""
    pledged: dict[int, list[LoanCollateral]] = defaultdict(list)
    for row in LoanCollateral.objects.order_by("id"):
        pledged[row.loan_id].append(row)
    for loan in Loan.objects.all():
        words = encode_card(card_of(loan, pledged[loan.pk]))
        marks = _named(loan, MARKS) | {"cardHash": card_hash(words)}
        yield _book(str(loan), "loanOf", loan.pk, _named(loan, HOT))
        yield _book(str(loan), "marksOf", loan.pk, marks)
    for lot in AuctionLot.objects.filter(status=LotStatus.RUNNING).select_related("loan"):
        words = encode_card(card_of(lot.loan, pledged[lot.loan_id]))
        yield Check(
            subject=str(lot),
            contract="AuctionHouse",
            function="lotOf",
            args=(lot.loan_id, words),
            expected=_named(lot, LOT),
        )


def lane_checks() -> Iterator[Check]:
    """The slots of every lane, and what each owes to parties."""
    yield _book("Loan book", "lanes", None, Lane.objects.count())
    for lane in Lane.objects.all():
        names = ("a", "b", "cash", "owed", "impaired", "aside", "sequence")
        yield _book(str(lane), "laneOf", lane.pk, _named(lane, names))
        yield _book(str(lane), "escrowOf", lane.pk, lane.escrow)
        yield _book(str(lane), "tillOf", lane.pk, lane.till)
    for number, lots in lane_lots().items():
        yield Check(
            subject=f"Auctions of lane {number}",
            contract="AuctionHouse",
            function="atAuctionOf",
            args=(number,),
            expected=(lots.lots, lots.value, lots.allowance),
        )
    for row in ClassRoom.objects.all():
        yield Check(
            subject=str(row),
            contract="LoanBook",
            function="roomOf",
            args=(row.lane_id, row.class_id),
            expected=_named(row, ROOM),
        )
    for row in Claimable.objects.select_related("lane"):
        yield Check(
            subject=f"Lane {row.lane_id}, party {row.party}",
            contract="LoanBook",
            function="claimableOf",
            args=(row.lane_id, row.party),
            expected=row.amount,
        )
    for debtor in Shortfall.objects.all():
        yield _book(f"Borrower {debtor.pk}", "shortfallOf", debtor.pk, debtor.amount)


def pool_checks(*, now: int) -> Iterator[Check]:
    """Cash, reserve, NAV, tranches and every lender's shares."""
    pool = PoolState.objects.filter(id=1).first()
    if pool is None:
        return
    lanes = Lane.objects.all()
    sums = [lane.sums_in(pool.epoch) for lane in lanes]
    yield _pool("cash", (), pool.cash)
    yield _pool("reserve", (), pool.reserve)
    yield _pool("held", (), pool.held)
    yield _pool("seniorDue", (), pool.senior_due)
    yield _pool("nav", (), pool_domain.nav(cash=pool.cash, lanes=sums, now=now))
    for lane in lanes:
        yield _pool("stuckSince", (lane.pk,), lane.stuck_since)
    yield _pool("epoch", (), (pool.epoch, pool.epoch_started_at))
    for tranche in Tranche:
        values = pool.tranches.value(tranche), pool.tranches.shares(tranche)
        yield _pool("trancheOf", (tranche.value,), values)
    for position in PoolPosition.objects.all():
        yield Check(
            subject=str(position),
            contract=f"{position.get_tranche_display()}Share",
            function="balanceOf",
            args=(position.owner,),
            expected=position.shares,
        )


def balance_checks() -> Iterator[Check]:
    """Every token balance that ever changed: lanes, pool, borrowers, lenders, bidders."""
    for row in TokenBalance.objects.all():
        yield Check(
            subject=f"{row.token} of {row.address}",
            contract=row.token,
            function="balanceOf",
            args=(row.address,),
            expected=row.amount,
        )


def asset_checks() -> Iterator[Check]:
    """Who holds each token."""
    rows = Asset.objects.filter(status__in=ON_CHAIN).values_list("token_id", "holder_address")
    for token_id, holder in rows:
        yield Check(
            subject=f"Asset token {hex(token_id)[:12]}",
            contract="AssetRegistry",
            function="ownerOf",
            args=(token_id,),
            expected=holder,
        )


def verifier_checks() -> Iterator[Check]:
    """What verifiers have at stake, and what of it is committed."""
    for row in Verifier.objects.all():
        for function, expected in (
            ("bondOf", row.bond_units),
            ("committedOf", row.committed_units),
        ):
            yield Check(
                subject=f"Verifier {row}",
                contract="VerifierRegistry",
                function=function,
                args=(row.address,),
                expected=expected,
            )


def terms_checks(*, now: int) -> Iterator[Check]:
    """Risk terms of every class, and the oracle's rounds in force."""
    names = tuple(field.name for field in fields(Terms) if field.name != "class_id")
    for row in ClassTerms.objects.all():
        yield Check(
            subject=str(row),
            contract="RiskTerms",
            function="termsOf",
            args=(row.class_id,),
            expected=_named(row.terms_at(now), names),
        )
    for clock in OracleClock.objects.all():
        yield Check(
            subject="Oracle",
            contract="ValuationOracle",
            function="rounds",
            args=(),
            expected=(clock.newest, clock.newest_at, clock.previous, clock.previous_at),
        )
        yield Check(
            subject="Oracle",
            contract="ValuationOracle",
            function="stoppedSeconds",
            args=(),
            expected=clock.clock.stopped_at(now, ttl=oracle_parameters().ttl),
        )
    paused = pauses()
    for grace in ClassTerms.objects.order_by().values_list("grace_period", flat=True).distinct():
        yield Check(
            subject="Oracle",
            contract="ValuationOracle",
            function="graceCutoff",
            args=(grace,),
            expected=paused.grace_cutoff(now, grace=grace),
        )


def broken_sums(*, now: int) -> list[str]:
    """Return a sentence for each sum that does not hold within the database itself.

    Rule D3: 0 ≤ Σ debt − lane sum < open loans. Rule L3: owed is prefunded cash and claims.
    """
    loans: dict[int, list[Loan]] = defaultdict(list)
    for loan in Loan.objects.all():
        loans[loan.lane_id].append(loan)
    claims: dict[int, int] = defaultdict(int)
    for row in Claimable.objects.all():
        claims[row.lane_id] += row.amount
    return [
        sentence
        for lane in Lane.objects.all()
        for sentence in _broken_sums_of(lane, loans[lane.pk], claims[lane.pk], now)
    ]


def _broken_sums_of(lane: Lane, loans: list[Loan], claims: int, now: int) -> Iterator[str]:
    active = [loan.state for loan in loans if loan.state.lane_part().b or loan.status == 1]
    gap = sum(state.debt_up(now) for state in active) * SCALE - (lane.a + lane.b * now)
    if not 0 <= gap <= len(active) * SCALE:
        yield f"{lane}: its sums and the debt of its {len(active)} open loans differ by {gap}."
    owed = sum(loan.prefunded for loan in loans) + claims
    if owed != lane.owed:
        yield f"{lane}: it owes {lane.owed} units, prefunded cash and claims are {owed}."
    if len(loans) != lane.loans:
        yield f"{lane}: {lane.loans} loans were opened, {len(loans)} are known."


def _book(subject: str, function: str, key: object, expected: object) -> Check:
    return Check(
        subject=subject,
        contract="LoanBook",
        function=function,
        args=() if key is None else (key,),
        expected=expected,
    )


def _pool(function: str, args: tuple[object, ...], expected: object) -> Check:
    return Check(
        subject="Pool", contract="LendingPool", function=function, args=args, expected=expected
    )


def _named(row: object, names: Iterable[str]) -> dict[str, object]:
    """Return fields of a row under the contract's names."""
    return {_camel_case(name): getattr(row, name) for name in names}


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
