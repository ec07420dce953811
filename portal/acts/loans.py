"""What can be done with a loan, by its state and by who looks at it."""

from collections.abc import Sequence

from collateral.models import Asset, AssetStatus
from lending.domain.loans import Status
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, RateCurve
from lending.selectors import assess
from lending.selectors.valuing import Assessment, Pledge
from lending.selectors.wallets import call_of
from portal.acts.forms import Act, Calls, Entry, Kind, Values, bringing, one, paying
from portal.domain.formatting import percent, token_amount, usd
from portal.selectors.titles import own_titles

BOOK = "LoanBook"
DAY_S = 86_400
USD = 1_000_000
# Interest goes on until the block: what is asked for lies so much above today's debt.
MARGIN_BPS, BPS = 10, 10_000
SCHEDULES = (
    (str(ScheduleKind.AMORTISING.value), "In equal parts"),
    (str(ScheduleKind.INTEREST_ONLY.value), "All at the end"),
)
_RUNNING = (Status.OPEN, Status.CALLED, Status.AUCTIONED)


def loan_acts(loan: Loan, *, wallet: str, now: int) -> Sequence[Act]:
    """Return the acts that the ledger would take of this wallet, most useful first."""
    mine, status = wallet == loan.borrower, Status(loan.status)
    if status not in _RUNNING:
        return [_close(loan)] if status == Status.REPAID else []
    standing = assess([loan], now=now)[loan.pk]
    if status != Status.OPEN:
        return [_cure(loan, standing), _repay(loan, now), *_additions(loan, standing, wallet)]
    acts = [_repay(loan, now), _prefund(loan)]
    if mine:
        acts += _own(loan, standing, now)
    return [*acts, _pay(loan), _sweep(loan), *_additions(loan, standing, wallet)]


def dollars(units: int) -> str:
    """Return an amount as a form takes it, rounded up to the cent."""
    cents = -(-units // 10_000)
    return f"{cents // 100}.{cents % 100:02d}"


def all_of(units: int) -> str:
    """Return an amount as a form takes it, to its last unit.

    Where no more than the amount may be asked for, a cent rounded up would be refused.
    """
    whole, part = divmod(units, USD)
    return f"{whole}.{part:06d}" if part % 10_000 else f"{whole}.{part // 10_000:02d}"


def _amount(value: str = "") -> Entry:
    label = "Amount, in US dollars of stablecoin"
    return Entry(name="amount", label=label, kind=Kind.USD, value=value)


def _repay(loan: Loan, now: int) -> Act:
    debt = loan.state.debt_up(now)
    margin = debt * MARGIN_BPS // BPS

    def make(given: Values) -> tuple[str, Calls]:
        amount = given["amount"]
        return (
            f"Your wallet repays up to {usd(amount)} of this loan. Never more than the debt is "
            "taken. Once nothing is owed, the collateral goes back to its borrower.",
            paying(BOOK, amount, call_of("repay", loan_id=loan.pk, amount=amount)),
        )

    return Act(
        code="repay",
        label="Repay",
        about=f"{usd(debt)} is owed now. Anyone may pay, any part of it; the amount below covers "
        "all of it and the interest until your payment arrives.",
        entries=[_amount(dollars(debt + margin))],
        make=make,
    )


def _prefund(loan: Loan) -> Act:
    def make(given: Values) -> tuple[str, Calls]:
        amount = given["amount"]
        return (
            f"Your wallet sets {usd(amount)} aside with this loan. Instalments are taken from it "
            "when they fall due; until then it stays the borrower's.",
            paying(BOOK, amount, call_of("prefund", loan_id=loan.pk, amount=amount)),
        )

    return Act(
        code="prefund",
        label="Set money aside",
        about=f"{usd(loan.prefunded)} is set aside for coming instalments. It can be taken back "
        "until the loan is called.",
        entries=[_amount()],
        make=make,
    )


def _pay(loan: Loan) -> Act:
    def make(given: Values) -> tuple[str, Calls]:
        amount = given["amount"]
        return (
            f"Your wallet pays {usd(amount)} for this loan: first what is due, and the rest is set "
            "aside for the next instalments.",
            paying(BOOK, amount, call_of("pay", loan_id=loan.pk, amount=amount)),
        )

    return Act(
        code="pay",
        label="Pay what is due first",
        about="For income: what is due is paid, the rest is set aside for the borrower.",
        entries=[_amount()],
        make=make,
    )


def _sweep(loan: Loan) -> Act:
    return Act(
        code="sweep",
        label="Bring in a device's income",
        about="What was sent to the loan's income address pays what is due; the rest is set aside. "
        "Anyone may.",
        make=lambda given: (
            "Your wallet brings what lies at the loan's income address into the loan.",
            one("sweep", loan_id=loan.pk),
        ),
    )


def _own(loan: Loan, standing: Assessment, now: int) -> list[Act]:
    """Return what only the borrower may do with an open loan."""
    acts = []
    if loan.prefunded:
        acts += [_withdraw(loan), _collect(loan)]
    if loan.limit > loan.principal:
        acts.append(_draw(loan, standing))
    if len(standing.pledges) > 1 or any(one.item.lrt_amount for one in standing.pledges):
        acts.append(_release(loan, standing))
    return [*acts, _extend(loan, standing)]


def _withdraw(loan: Loan) -> Act:
    return Act(
        code="withdraw",
        label="Take back what is set aside",
        about=f"{usd(loan.prefunded)} is yours to take back. An instalment that is due without it "
        "counts as missed.",
        entries=[_amount(all_of(loan.prefunded))],
        make=lambda given: (
            f"{usd(given['amount'])} of what is set aside returns to your wallet.",
            one("withdraw_prefunded", loan_id=loan.pk, amount=given["amount"]),
        ),
        sender=loan.borrower,
    )


def _collect(loan: Loan) -> Act:
    return Act(
        code="collect",
        label="Pay from what is set aside",
        about="Pays debt now out of what is set aside, without waiting for the due date.",
        entries=[_amount(all_of(loan.prefunded))],
        make=lambda given: (
            f"{usd(given['amount'])} of what is set aside pays this loan's debt now.",
            one("collect", loan_id=loan.pk, amount=given["amount"]),
        ),
        sender=loan.borrower,
    )


def present_rate_bps(pledges: Sequence[Pledge]) -> int:
    """Return the highest rate of these things' classes in this epoch, basis points."""
    curve = RateCurve.objects.filter(id=1).first()
    level = curve.curve_bps if curve else 0
    return max((pledge.item.terms.rate_bps(level) for pledge in pledges), default=0)


def _draw(loan: Loan, standing: Assessment) -> Act:
    rate = present_rate_bps(standing.pledges)
    left = loan.limit - loan.principal
    return Act(
        code="draw",
        label="Draw more",
        about=f"You signed for up to {usd(loan.limit)}; {usd(left)} of it is not drawn. What the "
        f"collateral allows today may be less. The rate of new money is {percent(rate)} a year.",
        entries=[_amount()],
        make=lambda given: (
            f"{usd(given['amount'])} more is paid out to you at {percent(rate)} a year at most. "
            f"Your loan's rate becomes the mean of old and new.",
            one("amend", loan_id=loan.pk, draw=given["amount"], max_rate_bps=rate),
        ),
        sender=loan.borrower,
    )


def _release(loan: Loan, standing: Assessment) -> Act:
    tokens = sum(one.item.lrt_amount or 0 for one in standing.pledges)
    held = [one.item.token_id for one in standing.pledges if one.item.token_id]
    titles = own_titles(held)
    choices = [("0", "No asset")] + [(str(i), titles.get(i, str(i))) for i in held]
    entries = [Entry(name="token", label="Asset", kind=Kind.CHOICE, choices=choices)]
    if tokens:
        entries.append(
            Entry(
                name="tokens",
                label=f"Restaking tokens, of {token_amount(tokens)}",
                kind=Kind.TOKENS,
                may_be_empty=True,
            )
        )

    def make(given: Values) -> tuple[str, Calls]:
        released = [int(given["token"])] if given["token"] != "0" else []
        return (
            "What you chose returns to your wallet. The rest has to carry the debt at the opening "
            "limit and newest values, or the ledger refuses.",
            one(
                "amend",
                loan_id=loan.pk,
                token_ids=released,
                lrt_amount=given.get("tokens", 0),
                max_rate_bps=loan.rate_bps,
            ),
        )

    return Act(
        code="release",
        label="Take collateral back",
        about="Part of the collateral can return to you while the rest carries the debt.",
        entries=entries,
        make=make,
        sender=loan.borrower,
    )


def _extend(loan: Loan, standing: Assessment) -> Act:
    rate = present_rate_bps(standing.pledges)

    def make(given: Values) -> tuple[str, Calls]:
        return (
            f"The loan gets a new schedule from today: {given['instalments']} due dates, "
            f"{given['days']} days apart, at {percent(rate)} a year at most and on today's terms.",
            one(
                "amend",
                loan_id=loan.pk,
                schedule=int(given["schedule"]),
                instalments=given["instalments"],
                interval=given["days"] * DAY_S,
                max_rate_bps=rate,
            ),
        )

    return Act(
        code="extend",
        label="Extend or refinance",
        about=f"A new schedule from today on the terms of the day, at {percent(rate)} a year. For "
        "loans that are neither overdue nor called.",
        entries=[
            Entry(name="schedule", label="Repaid", kind=Kind.CHOICE, choices=SCHEDULES),
            Entry(name="instalments", label="Number of due dates", kind=Kind.WHOLE, value="12"),
            Entry(name="days", label="Days between them", kind=Kind.WHOLE, value="30"),
        ],
        make=make,
        sender=loan.borrower,
    )


def _cure(loan: Loan, standing: Assessment) -> Act:
    limit = standing.cure_limit
    missing = max(0, standing.debt - limit) if limit is not None else standing.debt

    def make(given: Values) -> tuple[str, Calls]:
        amount = given["amount"]
        cured = call_of("cure", loan_id=loan.pk, amount=amount)
        return (
            f"Your wallet pays {usd(amount)} and brings the newest values. If nothing is overdue "
            "and the debt is within the opening limit afterwards, the loan runs on as before; "
            "otherwise nothing is taken.",
            paying(BOOK, amount, cured) if amount else [cured],
        )

    amount = Entry(
        name="amount",
        label="Amount, in US dollars of stablecoin",
        kind=Kind.USD,
        value=dollars(missing),
        may_be_empty=True,
        help="0 when values have recovered or collateral was added.",
    )
    return Act(
        code="cure",
        label="Cure the loan",
        about=f"{usd(missing)} brings the debt back within its opening limit at newest values; "
        "what is overdue has to be paid as well. Anyone may.",
        entries=[amount],
        make=make,
    )


def _additions(loan: Loan, standing: Assessment, wallet: str) -> list[Act]:
    """Return the acts that add collateral."""
    acts = []
    if any(one.item.lrt_amount for one in standing.pledges):
        acts.append(_top_up(loan))
    if wallet == loan.borrower:
        free = Asset.objects.filter(holder_address=wallet, status=AssetStatus.MINTED)
        ids = list(free.values_list("token_id", flat=True)[:200])
        if ids:
            acts.append(_top_up_asset(loan, ids))
    return acts


def _top_up(loan: Loan) -> Act:
    entry = Entry(name="tokens", label="Restaking tokens", kind=Kind.TOKENS)
    return Act(
        code="top_up",
        label="Add restaking tokens",
        about="More tokens of the loan's kind raise what it can carry. Anyone may add them; they "
        "are then the borrower's collateral.",
        entries=[entry],
        make=lambda given: (
            f"Your wallet adds {token_amount(given['tokens'])} restaking tokens to the collateral.",
            bringing(
                BOOK,
                given["tokens"],
                call_of("top_up", loan_id=loan.pk, amount=given["tokens"]),
            ),
        ),
    )


def _top_up_asset(loan: Loan, token_ids: Sequence[int]) -> Act:
    titles = own_titles(token_ids)
    choices = [(str(one), titles.get(one, str(one))) for one in token_ids]
    return Act(
        code="top_up_asset",
        label="Add an asset",
        about="One of your free assets joins the collateral and raises what the loan can carry.",
        entries=[Entry(name="token", label="Asset", kind=Kind.CHOICE, choices=choices)],
        make=lambda given: (
            "Your asset moves to the loan's escrow and is held with the rest of the collateral.",
            one("top_up_asset", loan_id=loan.pk, token_id=int(given["token"])),
        ),
        sender=loan.borrower,
    )


def _close(loan: Loan) -> Act:
    return Act(
        code="close",
        label="Return the collateral",
        about="Nothing is owed. The collateral returns by itself; anyone may hurry it on.",
        make=lambda given: (
            "Your wallet has the collateral returned to its recorded owner.",
            one("close", loan_id=loan.pk),
        ),
    )
