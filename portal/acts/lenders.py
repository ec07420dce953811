"""What a lender may do in a tranche: pay in, take shares, leave, take cash."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from contracts.client import connect
from contracts.errors import ChainError
from lending.models import PoolPosition, PoolState, Tranche
from lending.selectors.wallets import call_of
from portal.acts.forms import Act, Calls, Entry, Kind, Values, one, paying
from portal.domain.formatting import token_amount, usd
from portal.selectors.rows import Figure

SHARE_DECIMALS = 9


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A lender's requests as the pool answers now; ledger units, and shares in their own.

    `cleared` is false while the market's sanctions list keeps the lender from paying in and from
    taking what is ready (rule D9).
    """

    cleared: bool = True
    pending_assets: int = 0
    pending_shares: int = 0
    filled_assets: int = 0
    shares_ready: int = 0
    leaving_shares: int = 0
    cash_ready: int = 0
    refund: int = 0


@dataclass(frozen=True, kw_only=True)
class Lending:
    """One tranche as one lender has it: figures in words, and acts."""

    name: str
    figures: list[Figure]
    acts: Sequence[Act]


def waiting_of(wallet: str) -> dict[Tranche, Waiting] | None:
    """Return a lender's requests by tranche; None while the ledger cannot be asked."""
    asked = [("LendingPool", "requestsOf", (int(one), wallet)) for one in Tranche]
    try:
        *answers, cleared = connect(settings.RPC_URL).calls(
            [*asked, ("LendingPool", "isCleared", (wallet,))]
        )
    except (ChainError, OSError):
        return None
    return {one: _waiting(answer, cleared) for one, answer in zip(Tranche, answers, strict=True)}


def _waiting(answer: dict, cleared: bool) -> Waiting:
    deposit, redemption = answer["deposit"], answer["redemption"]
    return Waiting(
        cleared=cleared,
        pending_assets=answer["pendingAssets"],
        pending_shares=answer["pendingShares"],
        filled_assets=deposit["asked"],
        shares_ready=deposit["given"],
        leaving_shares=redemption["asked"],
        cash_ready=redemption["given"],
        refund=answer["refund"],
    )


def lending_of(wallet: str) -> list[Lending]:
    """Return both tranches as this wallet has them."""
    waiting = waiting_of(wallet)
    held = {one.tranche: one.shares for one in PoolPosition.objects.filter(owner=wallet)}
    pool = PoolState.objects.first() or PoolState()
    return [
        _lending(one, wallet, held.get(int(one), 0), pool, (waiting or {}).get(one))
        for one in Tranche
    ]


def worth(pool: PoolState, tranche: Tranche, shares: int) -> int:
    """Return what shares are worth at the last close, ledger units, rounded down."""
    senior = tranche == Tranche.SENIOR
    value = pool.senior_value if senior else pool.junior_value
    every = pool.senior_shares if senior else pool.junior_shares
    return shares * value // every if every else 0


def _lending(
    tranche: Tranche, wallet: str, shares: int, pool: PoolState, waiting: Waiting | None
) -> Lending:
    return Lending(
        name=tranche.label,
        figures=_figures(pool, tranche, shares, waiting),
        acts=_acts(tranche, wallet, shares, waiting),
    )


def _acts(tranche: Tranche, wallet: str, shares: int, waiting: Waiting | None) -> list[Act]:
    """Return what the ledger would not refuse: who is on the sanctions list can ask to leave."""
    leave = [_leave(tranche, wallet, shares)] if shares else []
    if waiting is None:
        return [_deposit(tranche, wallet), *leave]
    if not waiting.cleared:
        return leave
    return [*_claims(tranche, wallet, waiting), _deposit(tranche, wallet), *leave]


def _figures(
    pool: PoolState, tranche: Tranche, shares: int, waiting: Waiting | None
) -> list[Figure]:
    held = Figure(
        label="Your shares",
        value=usd(worth(pool, tranche, shares)),
        note=f"{shares_text(shares)} shares at the last close's price",
    )
    if waiting is None:
        unknown = "the ledger cannot be asked now; try again in a minute"
        return [held, Figure(label="Requests", value="Unknown", note=unknown)]
    return [
        held,
        Figure(
            label="Paid in, waiting",
            value=usd(waiting.pending_assets),
            note="becomes shares at a close",
        ),
        Figure(
            label="Leaving, waiting",
            value=usd(worth(pool, tranche, waiting.pending_shares)),
            note=f"{shares_text(waiting.pending_shares)} shares at the last close's price",
        ),
        _ready(pool, tranche, waiting),
    ]


def _ready(pool: PoolState, tranche: Tranche, waiting: Waiting) -> Figure:
    note = f"in cash, and shares worth {usd(worth(pool, tranche, waiting.shares_ready))}"
    if not waiting.cleared:
        note += (
            ". It waits: this market's sanctions list does not clear your account. Nothing can be "
            "paid in or taken out until it does; what is yours stays yours, and leaving is still "
            "asked for below. If you think that this is wrong, write to whoever keeps the list"
        )
    label = "Ready for you" if waiting.cleared else "Kept for you"
    return Figure(label=label, value=usd(waiting.cash_ready + waiting.refund), note=note)


def shares_text(shares: int) -> str:
    """Return a number of shares in words."""
    return token_amount(shares, decimals=SHARE_DECIMALS)


def _deposit(tranche: Tranche, wallet: str) -> Act:
    def make(given: Values) -> tuple[str, Calls]:
        amount = given["amount"]
        asked = call_of("request_deposit", tranche=tranche, owner=wallet, amount=amount)
        return (
            f"Your wallet pays {usd(amount)} in. It becomes {tranche.label.lower()} shares at the "
            "first close that is at least one whole epoch away, at that close's price. This cannot "
            "be taken back.",
            paying(f"{tranche.label}Vault", amount, asked),
        )

    return Act(
        code=f"deposit_{int(tranche)}",
        label=f"Pay into {tranche.label.lower()}",
        about="Lends to the pool. You can lose what you lend; see what each tranche bears.",
        entries=[Entry(name="amount", label="Amount, in US dollars of stablecoin", kind=Kind.USD)],
        make=make,
        sender=wallet,
    )


def _leave(tranche: Tranche, wallet: str, shares: int) -> Act:
    return Act(
        code=f"redeem_{int(tranche)}",
        label=f"Ask to leave {tranche.label.lower()}",
        about=f"You hold {shares_text(shares)} shares. They earn and bear losses until the close "
        "that pays them.",
        entries=[
            Entry(
                name="shares",
                label="Shares",
                kind=Kind.SHARES,
                value=token_amount(shares, decimals=SHARE_DECIMALS, places=SHARE_DECIMALS).replace(
                    ",", ""
                ),
            )
        ],
        make=lambda given: (
            f"Your wallet asks to turn {shares_text(given['shares'])} shares into cash, at the "
            "first close that is at least one whole epoch away. This cannot be taken back.",
            one("request_redeem", tranche=tranche, owner=wallet, shares=given["shares"]),
        ),
        sender=wallet,
    )


def _claims(tranche: Tranche, wallet: str, waiting: Waiting) -> list[Act]:
    """Return what closes have made ready; all of it is taken at once."""
    acts = []
    if waiting.filled_assets:
        acts.append(
            _claim(
                f"take_shares_{int(tranche)}",
                f"Take your {tranche.label.lower()} shares",
                f"{shares_text(waiting.shares_ready)} shares for the {usd(waiting.filled_assets)} "
                "that you paid in.",
                one("claim_deposit", tranche=tranche, owner=wallet, amount=waiting.filled_assets),
                wallet,
            )
        )
    if waiting.leaving_shares:
        acts.append(
            _claim(
                f"take_cash_{int(tranche)}",
                f"Take your cash from {tranche.label.lower()}",
                f"{usd(waiting.cash_ready)} for {shares_text(waiting.leaving_shares)} shares.",
                one(
                    "claim_redemption",
                    tranche=tranche,
                    owner=wallet,
                    shares=waiting.leaving_shares,
                ),
                wallet,
            )
        )
    if waiting.refund:
        acts.append(
            _claim(
                f"take_refund_{int(tranche)}",
                f"Take your deposit in {tranche.label.lower()} back",
                f"{usd(waiting.refund)} found no fair price at its close and is yours again.",
                one("claim_refund", tranche=tranche, owner=wallet),
                wallet,
            )
        )
    return acts


def _claim(code: str, label: str, about: str, calls: Calls, wallet: str) -> Act:
    return Act(
        code=code, label=label, about=about, make=lambda given: (about, calls), sender=wallet
    )
