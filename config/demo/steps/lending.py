"""Borrowers sign terms; instalments are prefunded by them and collected by the workers."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, islice

from collateral.domain.classes import class_by_code
from collateral.models import Asset
from config.demo.actors import Call
from config.demo.figures import trace_collecting
from config.demo.stage import DAY_S, Stage
from config.demo.steps.values import hold_round, valued_assets
from config.demo.waiting import DemoFailure, wait_until
from lending import tasks
from lending.domain.errors import LendingRefused
from lending.domain.loans import Status
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, LoanCollateral, RequestStatus, TermsRequest
from lending.parameters import minimum_payment_units
from lending.services import loan_terms, quote, request_loan
from lending.services.collecting import collectable
from settlement.selectors import chain_time

LOAN_DAY = 3
INSTALMENTS, LONG_INSTALMENTS, INTERVAL_S = 5, 10, 30 * DAY_S
# Every so many loans on houses and the like goes on after the story ends.
LONG_EVERY = 4
MOST_LOANS, MOST_GREEDY = 340, 12
MODEST_BPS, GREEDY_BPS, BPS = 6_000, 9_500, 10_000
MAX_RATE_BPS = 3_000
ROOM_BPS = 6_000
LRT_AMOUNT = 4 * 10**18
# Every so many baskets holds two assets, every so many restaking tokens beside its asset.
PAIR_EVERY, LRT_EVERY = 7, 5
ALLOWANCE = 2**256 - 1
SHOCKED = class_by_code("gpu_server").id
VEHICLES = tuple(class_by_code(code).id for code in ("car", "motorcycle", "truck"))
# Collected some hours after the due date, with the interest of these hours prefunded too.
MARGIN_S = DAY_S
# Looking at every loan costs the workers' time too.
LOOK_AT_ALL_S = 0.7


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One loan that an owner means to take."""

    borrower: str
    assets: tuple[Asset, ...]
    lrt_amount: int
    share_bps: int
    instalments: int = INSTALMENTS

    @property
    def token_ids(self) -> list[int]:
        """Tokens to be pledged, ascending."""
        return sorted(int(asset.token_id or 0) for asset in self.assets)


def open_loans(stage: Stage) -> None:
    """Let owners borrow on what they own, one asset or a basket; the workers send the terms."""
    hold_round(stage, stage.day(LOAN_DAY))
    wished = list(plans())
    known = {int(one) for row in TermsRequest.objects.all() for one in row.terms["assets"]}
    wanted = [plan for plan in wished if not known & set(plan.token_ids)]
    _prepare_restaking(stage, [plan.borrower for plan in wanted if plan.lrt_amount])
    for plan in wanted:
        _request(stage, plan)
    tasks.send_requests.delay()
    waiting = (RequestStatus.WAITING, RequestStatus.SENT)
    wait_until(
        what="the loans to be opened",
        done=lambda: not TermsRequest.objects.filter(status__in=waiting).exists(),
        limit_s=180,
    )
    refused = TermsRequest.objects.filter(status=RequestStatus.REFUSED)
    stage.say(f"  {Loan.objects.count()} loans opened, {refused.count()} requests refused")


def plans() -> Iterator[Plan]:
    """Return each owner's loans: pairs, assets with restaking tokens, single assets.

    Where there are many owners each takes one loan, where there are few each takes several.
    """
    owners = valued_assets().order_by().values("owner_id").distinct().count()
    each = max(1, MOST_LOANS // max(owners, 1))
    greedy = number = 0
    for borrower, owned in groupby(valued_assets(), key=lambda asset: asset.owner_address):
        shocked_first = sorted(owned, key=lambda asset: asset.class_id != SHOCKED)
        for assets in islice(_baskets(shocked_first, number), each):
            if number >= MOST_LOANS:
                return
            is_greedy = greedy < MOST_GREEDY and all(one.class_id == SHOCKED for one in assets)
            greedy += is_greedy
            with_lrt = number % LRT_EVERY == LRT_EVERY - 1 and not is_greedy
            number += 1
            yield Plan(
                borrower=borrower,
                assets=tuple(assets),
                lrt_amount=LRT_AMOUNT if with_lrt else 0,
                share_bps=GREEDY_BPS if is_greedy else MODEST_BPS,
                instalments=_instalments(assets, number),
            )


def _instalments(assets: Sequence[Asset], number: int) -> int:
    """Return a longer life for some loans whose attestations last that long."""
    tenor = LONG_INSTALMENTS * INTERVAL_S + LOAN_DAY * DAY_S
    lasting = all(one.asset_class.validity_s > tenor for one in assets)
    return LONG_INSTALMENTS if lasting and number % LONG_EVERY == 0 else INSTALMENTS


def _baskets(owned: list[Asset], number: int) -> Iterator[list[Asset]]:
    """Split what one owner has into a pair now and then, and single assets."""
    if number % PAIR_EVERY == 2 and len(owned) > 1:
        yield owned[:2]
        owned = owned[2:]
    yield from ([asset] for asset in owned)


def _prepare_restaking(stage: Stage, borrowers: Sequence[str]) -> None:
    """Give borrowers restaking tokens, and let them allow the loan book to take them."""
    token, book = stage.chain.address("TestRestakingToken"), stage.chain.address("LoanBook")
    encode = stage.chain.encode
    calls = []
    for borrower in dict.fromkeys(borrowers):
        amount = LRT_AMOUNT * borrowers.count(borrower)
        wallet = stage.cast.wallet(borrower)
        gift = encode("TestRestakingToken", "mint", borrower, amount)
        calls.append(Call(wallet, token, gift))
        allow = encode("TestRestakingToken", "approve", book, ALLOWANCE)
        calls.append(Call(wallet, token, allow))
    stage.send(calls)


def _request(stage: Stage, plan: Plan) -> None:
    """Ask for a quote, sign the terms it allows, hand them in."""
    now = stage.clock.now()
    try:
        offer = quote(
            borrower=plan.borrower,
            token_ids=plan.token_ids,
            lrt_amount=plan.lrt_amount,
            now=now,
        )
        message = loan_terms(
            borrower=plan.borrower,
            principal=min(
                offer.limit_units * plan.share_bps // BPS, offer.room_units * ROOM_BPS // BPS
            ),
            schedule=(
                ScheduleKind.AMORTISING if offer.must_amortise else ScheduleKind.INTEREST_ONLY
            ),
            instalments=plan.instalments,
            interval=INTERVAL_S,
            token_ids=plan.token_ids,
            lrt_amount=plan.lrt_amount,
            max_rate_bps=MAX_RATE_BPS,
            deadline=now + 7 * DAY_S,
            now=now,
        )
        signature = stage.cast.wallet(plan.borrower).sign_typed_data(message)
        request_loan(terms=message["message"], signature=signature)
    except LendingRefused as refusal:
        stage.say(f"  no loan for {plan.borrower[:8]}…: {refusal}")


def late_payer() -> Loan | None:
    """Return the loan whose borrower will miss an instalment: the first on vehicles alone."""
    others = LoanCollateral.objects.exclude(class_id__in=VEHICLES).values("loan")
    return Loan.objects.exclude(pk__in=others).order_by("loan_id").first()


def due_moment(index: int) -> int:
    """Return a moment by which that due date of every loan has passed, unix seconds."""
    last = Loan.objects.order_by("-opened_at").values_list("opened_at", flat=True).first()
    if last is None:
        raise DemoFailure("No loan was opened, so no instalment can fall due.")
    return last + index * INTERVAL_S + DAY_S // 4


def prefund(
    stage: Stage, index: int, *, leave_out: frozenset[int] = frozenset(), least_instalments: int = 1
) -> None:
    """Let each borrower set the coming instalment aside from its own wallet."""
    book = stage.chain.address("LoanBook")
    calls = []
    for loan in Loan.objects.filter(status=Status.OPEN, instalments__gte=least_instalments):
        amount = 0 if loan.pk in leave_out else _missing(loan, index)
        if amount:
            data = stage.chain.encode("LoanBook", "prefund", loan.pk, amount)
            calls.append(Call(stage.cast.wallet(loan.borrower), book, data))
    stage.send(calls)


def _missing(loan: Loan, index: int) -> int:
    """Return what is not yet prefunded of an instalment, interest of some hours included."""
    plan = loan.state.plan()
    at = plan.due_at(index) + MARGIN_S
    debt = loan.state.debt_up(at)
    return max(0, debt - plan.outstanding_after(index) - loan.prefunded)


def month(stage: Stage, index: int, *, leave_out: frozenset[int] = frozenset()) -> None:
    """Prefund, let the month pass, and let the workers collect."""
    prefund(stage, index, leave_out=leave_out)
    stage.clock.advance_to(due_moment(index))
    collect(index)


def collect(index: int) -> None:
    """Wait until the workers have collected what is due and funded."""
    tasks.collect_due.delay()
    wait_until(
        what=f"instalment {index} to be collected",
        done=lambda: not _uncollected(),
        limit_s=120,
        every_s=LOOK_AT_ALL_S,
    )


def _uncollected() -> bool:
    """Whether anything that is due and funded has not been collected yet."""
    now, minimum = chain_time(), minimum_payment_units()
    loans = Loan.objects.filter(status=Status.OPEN, prefunded__gt=0)
    return any(collectable(loan, now=now, minimum=minimum) for loan in loans)


def first_month(stage: Stage) -> None:
    """All but one borrower pay their first instalment."""
    late = late_payer()
    month(stage, 1, leave_out=frozenset({late.pk} if late else ()))
    traced = trace_collecting(stage.chain)
    if traced is not None:
        stage.progress.facts["speedup"] = asdict(traced)
