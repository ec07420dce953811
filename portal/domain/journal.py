"""The journal of a loan in sentences. Amounts are ledger units, times unix seconds."""

from collections.abc import Callable, Mapping
from typing import Any

from portal.domain.formatting import counted, middle, moment, percent, usd

REASONS = {
    "health": "its collateral is worth too little",
    "overdue": "an instalment is overdue",
    "attestation": "an attestation of its collateral is gone",
    "band": "market and backing of its restaking tokens are too far apart",
}
KEYS = {
    "called": "called",
    "auctioned": "called",
    "written_off": "called",
    "charged": "watch",
    "failed": "watch",
}
Entry = Mapping[str, Any]


def sentence(name: str, amount: int, party: str, details: Entry) -> str:
    """Return what one line of the journal says, in words."""
    say = _SENTENCES.get(name)
    return say(amount, party, details) if say else name.replace("_", " ").capitalize() + "."


def _opened(amount: int, party: str, details: Entry) -> str:
    return f"The loan was opened and {usd(amount)} paid out to the borrower."


def _called(amount: int, party: str, details: Entry) -> str:
    reason = REASONS.get(str(details.get("reason")), "its terms were broken")
    until = details.get("cure_until")
    chance = f" It can be cured until {moment(until)}." if until else ""
    return f"The loan was called because {reason}. The debt stands at {usd(amount)}.{chance}"


def _lot_sold(amount: int, party: str, details: Entry) -> str:
    return f"A lot was sold for {usd(amount)} to {middle(party)}."


def _sold(amount: int, party: str, details: Entry) -> str:
    surplus = details.get("surplus") or 0
    rest = f", and {usd(surplus)} is the borrower's" if surplus else ""
    return f"Of {usd(amount)} from the sale, {usd(details.get('to_debt') or 0)} paid debt{rest}."


_SENTENCES: dict[str, Callable[[int, str, Entry], str]] = {
    "opened": _opened,
    "prefunded": lambda a, p, d: f"{usd(a)} was set aside for coming instalments.",
    "prefund_withdrawn": lambda a, p, d: f"{usd(a)} that was set aside went back to the borrower.",
    "repaid": lambda a, p, d: f"{usd(a)} was repaid by {middle(p)}.",
    "collected": lambda a, p, d: f"An instalment of {usd(a)} was taken from what was set aside.",
    "charged": lambda a, p, d: f"A missed instalment was charged with a late fee of {usd(a)}.",
    "failed": lambda a, p, d: "An operation had no effect; it will be tried again.",
    "called": _called,
    "cured": lambda a, p, d: f"The loan was cured with a payment of {usd(a)}.",
    "auctioned": lambda a, p, d: f"The collateral went to auction for a debt of {usd(a)}.",
    "lot_offered": lambda a, p, d: f"A lot was offered, starting at {usd(a)}.",
    "lot_sold": _lot_sold,
    "sold": _sold,
    "written_off": lambda a, p, d: f"{usd(a)} could not be recovered and was written off.",
    "closed": lambda a, p, d: "The loan was closed and its collateral returned.",
    "drawn": lambda a, p, d: f"{usd(a)} more was paid out to the borrower.",
    "extended": lambda a, p, d: (
        f"A new schedule began: {counted(d.get('instalments') or 0, 'due date')}."
    ),
    "worked_out": lambda a, p, d: (
        f"A vote gave it new terms: {counted(d.get('instalments') or 0, 'due date')} at "
        f"{percent(d.get('rate_bps') or 0)} a year, and time to cure it."
    ),
    "income_kept": lambda a, p, d: f"{usd(a)} of income that no debt needed waits for {middle(p)}.",
    "return_waits": lambda a, p, d: (
        "Part of the collateral could not be moved yet: it waits in the escrow for its owner."
    ),
}
