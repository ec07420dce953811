"""What the ledger keeps for a wallet, or against it: surplus, past losses, reserved cash."""

from collections.abc import Sequence

from django.conf import settings

from contracts.client import connect
from contracts.errors import ChainError
from lending.models import Claimable, Lane, Shortfall
from lending.selectors.wallets import call_of
from portal.acts.forms import Act, Calls, Entry, Kind, Values, one, paying
from portal.acts.loans import all_of
from portal.domain.formatting import usd


def purse_acts(wallet: str) -> Sequence[Act]:
    """Return what this wallet may fetch, must pay before it borrows again, and may reserve."""
    owed = Claimable.objects.filter(party=wallet, amount__gt=0).order_by("lane_id")
    short = Shortfall.objects.filter(pk=wallet, amount__gt=0).first()
    acts = [_claim(row, wallet) for row in owed]
    if short is not None:
        acts.append(_pay_shortfall(short))
    return [*acts, *_reservations(wallet), _reserve(wallet)]


def _claim(row: Claimable, wallet: str) -> Act:
    return Act(
        code=f"claim_{row.lane_id}",
        label="Fetch it",
        about=f"{usd(row.amount)} is yours: a sale's surplus, income that no debt needed, or a "
        f"refund. It lies in lane {row.lane_id}.",
        make=lambda given: (
            f"{usd(row.amount)} is paid to your wallet.",
            one("claim", lane=row.lane_id),
        ),
        sender=wallet,
    )


def _pay_shortfall(short: Shortfall) -> Act:
    def make(given: Values) -> tuple[str, Calls]:
        amount = given["amount"]
        lane = Lane.objects.order_by("number").first()
        paid = call_of(
            "pay_shortfall",
            borrower=short.borrower,
            lane=lane.number if lane else 0,
            amount=amount,
        )
        return (
            f"Your wallet pays {usd(amount)} of what a past loan left unpaid. When all of it is "
            "paid, you can borrow again.",
            paying("LoanBook", amount, paid),
        )

    return Act(
        code="pay_shortfall",
        label="Pay a past loss",
        about=f"A past loan left {usd(short.amount)} unpaid. Nothing can be borrowed until it is "
        "made good.",
        entries=[
            Entry(
                name="amount",
                label="Amount, in US dollars of stablecoin",
                kind=Kind.USD,
                value=all_of(short.amount),
            )
        ],
        make=make,
    )


def reservations_of(wallet: str) -> list[tuple[int, int, int, int]]:
    """Return (lane, amount, deposit, epoch) of open reservations; none while nobody answers."""
    lanes = list(Lane.objects.order_by("number").values_list("number", flat=True))
    asked = [("LendingPool", "reservationOf", (lane, wallet)) for lane in lanes]
    try:
        answers = connect(settings.RPC_URL).calls(asked)
    except (ChainError, OSError):
        return []
    return [(lane, *answer) for lane, answer in zip(lanes, answers, strict=True) if answer[0]]


def _reservations(wallet: str) -> list[Act]:
    return [
        Act(
            code=f"end_reservation_{lane}",
            label="End the reservation",
            about=f"You reserved {usd(amount)} in lane {lane} in epoch {epoch}, with a deposit of "
            f"{usd(deposit)}. It comes back when you drew, and when the cash did not come; half of "
            "it is lost for as much of the cash as lay idle.",
            make=lambda given, lane=lane: (
                "Your wallet ends the reservation and takes back what is left of its deposit.",
                one("end_reservation", lane=lane, borrower=wallet),
            ),
        )
        for lane, amount, deposit, epoch in reservations_of(wallet)
    ]


def _reserve(wallet: str) -> Act:
    lanes = Lane.objects.order_by("number").values_list("number", flat=True)

    def make(given: Values) -> tuple[str, Calls]:
        amount, lane = given["amount"], int(given["lane"])
        asked = call_of("reserve_draw", lane=lane, amount=amount)
        return (
            f"Your wallet asks for {usd(amount)} in lane {lane} at the next close, and leaves a "
            "deposit. Draw it in the epoch after that close: half of the deposit is lost for as "
            "much of the cash as lies idle.",
            # The deposit is a share of the amount; the rest of the allowance stays unused.
            paying("LendingPool", amount, asked),
        )

    return Act(
        code="reserve",
        label="Reserve cash for a large draw",
        about="When no lane has room for what you want to borrow, the next close can bring it.",
        entries=[
            Entry(
                name="lane",
                label="Lane",
                kind=Kind.CHOICE,
                choices=[(str(number), f"Lane {number}") for number in lanes],
            ),
            Entry(name="amount", label="Amount, in US dollars of stablecoin", kind=Kind.USD),
        ],
        make=make,
        sender=wallet,
    )
