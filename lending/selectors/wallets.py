"""Calls for people's own wallets: where to send what. The server never signs for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.abi import encode_call
from contracts.deployment_record import load
from lending.domain.errors import LendingRefused
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, Tranche
from lending.nonces import fresh_nonce
from lending.parameters import ledger_unit, oracle_parameters
from lending.selectors.cards import card_words
from lending.selectors.valuing import clock, pledges_of
from oracles.selectors import proofs
from settlement.selectors import chain_time

STABLECOIN, LRT = "TestStablecoin", "TestRestakingToken"


@dataclass(frozen=True, kw_only=True)
class WalletCall:
    """A transaction for a wallet to send; `data` is hexadecimal."""

    to: str
    data: str


def wallet_call(action: str, **given: Any) -> WalletCall:
    """Return the call of an action, such as ``wallet_call("repay", loan_id=7, amount=5)``.

    Amounts are ledger units, of restaking tokens and shares their own base units.
    """
    contract, function, arguments = call_of(action, **given)
    return WalletCall(
        to=load().address(contract), data="0x" + encode_call(contract, function, arguments).hex()
    )


Call = tuple[str, str, Sequence[Any]]


def call_of(action: str, **given: Any) -> Call:
    """Return the call of an action as contract, function and arguments."""
    maker = ACTIONS.get(action)
    if maker is None:
        raise LendingRefused(
            "action_unknown", f"There is no action {action}. Known: {', '.join(sorted(ACTIONS))}."
        )
    return maker(**given)


def _approve(*, contract: str, amount: int, token: str = STABLECOIN) -> Call:
    """Let a contract take an amount: base units of the token."""
    return token, "approve", [load().address(contract), amount]


def _cure(*, loan_id: int, amount: int) -> Call:
    """Bring the newest proofs beside the payment."""
    loan = _loan(loan_id)
    return "LoanBook", "cure", [loan_id, amount, _newest(loan), card_words(loan)]


def _call(*, loan_id: int) -> Call:
    """Call an unhealthy loan, with the proofs of the last two rounds (rule V1)."""
    loan, rounds = _loan(loan_id), clock()
    previous = _proofs(loan, rounds.previous)
    return "LoanBook", "call", [loan_id, _newest(loan), previous, card_words(loan)]


def _with_newest(contract: str, function: str) -> Callable[..., Call]:
    """Return the maker of a call that takes a loan, its newest proofs and its card."""

    def make(*, loan_id: int) -> Call:
        loan = _loan(loan_id)
        return contract, function, [loan_id, _newest(loan), card_words(loan)]

    return make


def _newest(loan: Loan) -> list[Any]:
    """Return the newest proofs of what a loan holds; none while the oracle is silent (V4)."""
    times = clock()
    silent = times.is_silent(chain_time(), ttl=oracle_parameters().ttl)
    return [] if silent else _proofs(loan, times.newest)


def _proofs(loan: Loan, round_number: int) -> list[Any]:
    ids = [pledge.oracle_id for pledge in pledges_of([loan], now=chain_time())[loan.pk]]
    return list(proofs(asset_ids=ids, round_number=round_number))


def _amend(
    *,
    loan_id: int,
    max_rate_bps: int,
    draw: int = 0,
    token_ids: Sequence[int] = (),
    lrt_amount: int = 0,
    schedule: ScheduleKind | int = ScheduleKind.AMORTISING,
    instalments: int = 0,
    interval: int = 0,
) -> Call:
    """Let the borrower draw, take collateral out or extend, with the proofs of what stays."""
    change = {
        "loanId": loan_id,
        "draw": draw,
        "assets": list(token_ids),
        "lrtAmount": lrt_amount,
        "schedule": int(schedule),
        "instalments": instalments,
        "interval": interval,
        "maxRateBps": max_rate_bps,
        "nonce": fresh_nonce(),
        "deadline": 0,
    }
    loan = _loan(loan_id)
    ids = [
        pledge.oracle_id
        for pledge in pledges_of([loan], now=chain_time())[loan_id]
        if pledge.item.token_id not in token_ids and pledge.item.lrt_amount != (lrt_amount or -1)
    ]
    newest = proofs(asset_ids=ids, round_number=clock().newest)
    return "LoanBook", "amend", [change, b"", newest, card_words(loan)]


def _top_up_asset(*, loan_id: int, token_id: int) -> Call:
    """Bring the asset's newest proof beside it."""
    proof = proofs(asset_ids=[token_id], round_number=clock().newest)[0]
    card = card_words(_loan(loan_id))
    return "LoanBook", "topUpAsset", [loan_id, proof, card]


def _request_deposit(*, tranche: Tranche | int, owner: str, amount: int) -> Call:
    return _vault(tranche), "requestDeposit", [amount * ledger_unit(), owner, owner]


def _request_redeem(*, tranche: Tranche | int, owner: str, shares: int) -> Call:
    return _vault(tranche), "requestRedeem", [shares, owner, owner]


def _claim_deposit(*, tranche: Tranche | int, owner: str, amount: int) -> Call:
    function = "deposit(uint256,address,address)"
    return _vault(tranche), function, [amount * ledger_unit(), owner, owner]


def _claim_redemption(*, tranche: Tranche | int, owner: str, shares: int) -> Call:
    return _vault(tranche), "redeem", [shares, owner, owner]


def _claim_refund(*, tranche: Tranche | int, owner: str) -> Call:
    return _vault(tranche), "claimRefund", [owner, owner]


def _vault(tranche: Tranche | int) -> str:
    """Return the name of a tranche's vault."""
    return f"{Tranche(tranche).label}Vault"


def _end_reservation(*, lane: int, borrower: str, loan_id: int = 0) -> Call:
    """End a reservation; with the loan that drew on it, where one did."""
    card = card_words(_loan(loan_id)) if loan_id else []
    return "LendingPool", "endReservation", [lane, borrower, loan_id, card]


def _pay_shortfall(*, borrower: str, lane: int, amount: int) -> Call:
    return "LoanBook", "payShortfall", [borrower, lane, amount]


def _loan(loan_id: int) -> Loan:
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None:
        raise LendingRefused(
            "loan_unknown", f"There is no loan {loan_id}. Look its number up on the page of loans."
        )
    return loan


def _with_card(contract: str, function: str, *names: str) -> Callable[..., Call]:
    """Return the maker of a call that takes a loan id, the named amounts and the loan's card."""
    bare = _on_loan(contract, function, *names)

    def make(*, loan_id: int, **amounts: int) -> Call:
        _, _, arguments = bare(loan_id=loan_id, **amounts)
        card = card_words(_loan(loan_id))
        return contract, function, [*arguments, card]

    return make


def _on_loan(contract: str, function: str, *names: str) -> Callable[..., Call]:
    """Return the maker of a call that takes a loan id and then the named amounts."""

    def make(*, loan_id: int, **amounts: int) -> Call:
        if set(amounts) != set(names):
            raise LendingRefused(
                "arguments_wrong", f"{function} takes loan_id and {', '.join(names) or 'no more'}."
            )
        return contract, function, [loan_id, *(amounts[name] for name in names)]

    return make


ACTIONS: dict[str, Callable[..., Call]] = {
    "approve": _approve,
    "prefund": _on_loan("LoanBook", "prefund", "amount"),
    "withdraw_prefunded": _with_card("LoanBook", "withdrawPrefunded", "amount"),
    "repay": _on_loan("LoanBook", "repay", "amount"),
    "top_up": _with_card("LoanBook", "topUp", "amount"),
    "top_up_asset": _top_up_asset,
    "amend": _amend,
    "pay": _with_card("LoanBook", "pay", "amount"),
    "sweep": _with_card("LoanBook", "sweep"),
    "collect": _with_card("LoanBook", "collect", "amount"),
    "charge": _with_card("LoanBook", "charge", "index"),
    "cure": _cure,
    "close": _with_card("LoanBook", "close"),
    "withdraw_consent": lambda *, lane, nonce: ("LoanBook", "withdrawConsent", [lane, nonce]),
    "claim": lambda *, lane: ("LoanBook", "claim", [lane]),
    "deliver": _with_card("LoanBook", "deliver"),
    "sweep_ended": _on_loan("LoanBook", "sweepEnded"),
    "call": _call,
    "call_overdue": _with_newest("LoanBook", "callOverdue"),
    "pay_shortfall": _pay_shortfall,
    "open_auction": _with_newest("AuctionHouse", "open"),
    "buy": _with_card("AuctionHouse", "buy", "max_price"),
    "take_for_reserve": _with_card("AuctionHouse", "takeForReserve"),
    "request_deposit": _request_deposit,
    "request_redeem": _request_redeem,
    "claim_deposit": _claim_deposit,
    "claim_redemption": _claim_redemption,
    "claim_refund": _claim_refund,
    "reserve_draw": lambda *, lane, amount: ("LendingPool", "reserveDraw", [lane, amount]),
    "end_reservation": _end_reservation,
    "close_epoch": lambda: ("LendingPool", "closeEpoch", []),
    "fund_reserve": lambda *, amount: ("LendingPool", "fundReserve", [amount]),
}
