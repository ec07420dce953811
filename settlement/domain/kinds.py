"""The one table of all kinds of operations: what each touches, and how large it may be.

`settle`'s words and single transactions alike. Two operations on different lanes for different
parties share no key that either writes (rule L1); what all wait for is a key that one writes and
all others read: the round, the pauses, the epoch, the governed terms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.domain.cards import LEAST_CARD_WORDS, MOST_CARD_WORDS
from contracts.domain.words import AMOUNT_LIMIT, Kind, unstriped
from settlement.domain.access import Declared, Key, declared

ROUND: Key = ("round",)
PAUSES: Key = ("pauses",)
EPOCH: Key = ("epoch",)
TERMS: Key = ("terms",)
REPORTERS: Key = ("reporters",)
VERIFIERS: Key = ("verifiers",)
POOL: Key = ("pool",)
RESERVE: Key = ("reserve",)
STABLECOIN, RESTAKED = "stablecoin", "restaked"
# What words of `settle` share with other keys; a charge asks how long grace stood still.
WORDS_READ: tuple[Key, ...] = (EPOCH, PAUSES)
# Amounts beyond this would not fit the database's integers, and are more than all money there is.
MAX_AMOUNT = AMOUNT_LIMIT // 2 - 1


@dataclass(frozen=True, slots=True)
class WordKind:
    """A kind that `settle` takes: its largest amount, and how many words may follow its first."""

    name: str
    max_amount: int
    min_extra_words: int = 0
    max_extra_words: int = 0


# A charge's amount is the index of a due date: 16 bits on chain. A close moves no amount.
WORDS: Mapping[int, WordKind] = {
    Kind.COLLECT: WordKind("collect", MAX_AMOUNT),
    Kind.CHARGE: WordKind("charge", (1 << 16) - 1, LEAST_CARD_WORDS, MOST_CARD_WORDS),
    Kind.CLOSE: WordKind("close", 0, LEAST_CARD_WORDS, MOST_CARD_WORDS),
}


def word_access(*, loan_id: int) -> Declared:
    """Return what one word of `settle` touches: its loan, its lane's sums, epoch and pauses.

    A close adds to what the loan's owner holds; no operation of ours reads that.
    """
    lane, _ = unstriped(loan_id)
    return declared(reads=WORDS_READ, writes=[("loan", loan_id)], adds=[("lane", lane)])


@dataclass(frozen=True, slots=True)
class Call:
    """A single transaction: its arguments in order, its sender, the lane it belongs to."""

    args: Sequence[Any]
    sender: str
    lane: int | None = None


Access = Callable[[Call], Declared]


def call_access(*, contract: str, function: str, call: Call) -> Declared:
    """Return what a single transaction touches.

    A function that the table does not know shares its whole contract with every other such one:
    slow, and always in order.
    """
    access = CALLS.get((contract, function))
    return access(call) if access else declared(writes=[("contract", contract)])


@dataclass(frozen=True, slots=True)
class _OnLoan:
    """A call about the loan that is its first argument."""

    reads: tuple[Key, ...] = ()
    writes: tuple[Key, ...] = ()
    # Tokens of the sender that it moves.
    pays: tuple[str, ...] = ()

    def __call__(self, call: Call) -> Declared:
        loan_id = call.args[0]
        lane, _ = unstriped(loan_id)
        paid: list[Key] = [("token", token, call.sender) for token in self.pays]
        return declared(
            reads=[EPOCH, TERMS, *self.reads],
            writes=[("loan", loan_id), ("lane", lane), *self.writes, *paid],
        )


@dataclass(frozen=True, slots=True)
class _Barrier:
    """A call that all who read what it writes wait for."""

    writes: tuple[Key, ...]
    reads: tuple[Key, ...] = field(default=())

    def __call__(self, call: Call) -> Declared:
        return declared(reads=self.reads, writes=self.writes)


def _open(call: Call) -> Declared:
    """A draw: its borrower's intents and tokens on that lane, its assets, the newest values."""
    terms = call.args[0]
    borrower, lane = terms["borrower"], terms["lane"]
    keys: list[Key] = [("lane", lane), ("borrower", lane, borrower)]
    keys += [("asset", asset) for asset in terms["assets"]]
    keys += [("token", RESTAKED, borrower)] if terms["lrtAmount"] else []
    return declared(
        reads=[EPOCH, TERMS, ROUND], writes=keys, adds=[("token", STABLECOIN, borrower)]
    )


def _amend(call: Call) -> Declared:
    """Signed changes to a loan: a later draw, an extension, a release."""
    intent = call.args[0]
    loan_id = intent["loanId"]
    lane, _ = unstriped(loan_id)
    return declared(reads=[EPOCH, TERMS, ROUND, PAUSES], writes=[("loan", loan_id), ("lane", lane)])


def _mint(requests: Sequence[Mapping[str, Any]]) -> Declared:
    anchors: list[Key] = [("anchor", _text(one)) for each in requests for one in each["anchors"]]
    owners: list[Key] = [("owner", each["owner"]) for each in requests]
    # Exposure of a verifier is one shared slot, and a limit: mints keep their order.
    return declared(reads=[TERMS], writes=[*anchors, VERIFIERS], adds=owners)


def _mint_one(call: Call) -> Declared:
    return _mint([call.args[0]])


def _mint_many(call: Call) -> Declared:
    return _mint(call.args[0])


def _claim(call: Call) -> Declared:
    lane = call.args[0]
    return declared(
        reads=[EPOCH],
        writes=[("claim", lane, call.sender), ("lane", lane)],
        adds=[("token", STABLECOIN, call.sender)],
    )


def _text(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


_PAID = _OnLoan(pays=(STABLECOIN,))
# A lot's clock stands still while rounds are missing: its price follows from the newest round.
_BOUGHT = _OnLoan(reads=(ROUND,), pays=(STABLECOIN,))
_TAKEN = _OnLoan(reads=(ROUND,), writes=(RESERVE,), pays=(STABLECOIN,))
# New business and auctions look at the round's slot for a pause, grace at the pauses that were.
_PAUSE = _Barrier(writes=(ROUND, PAUSES))
CALLS: Mapping[tuple[str, str], Access] = {
    ("LoanBook", "open"): _open,
    ("LoanBook", "amend"): _amend,
    ("LoanBook", "repay"): _PAID,
    ("LoanBook", "prefund"): _PAID,
    ("LoanBook", "pay"): _PAID,
    ("LoanBook", "withdrawPrefunded"): _PAID,
    ("LoanBook", "collect"): _OnLoan(),
    ("LoanBook", "charge"): _OnLoan(reads=(PAUSES,)),
    ("LoanBook", "close"): _OnLoan(),
    ("LoanBook", "sweep"): _OnLoan(),
    ("LoanBook", "call"): _OnLoan(reads=(ROUND,)),
    ("LoanBook", "callOverdue"): _OnLoan(reads=(ROUND, PAUSES)),
    ("LoanBook", "cure"): _OnLoan(reads=(ROUND, PAUSES), pays=(STABLECOIN,)),
    ("LoanBook", "topUp"): _OnLoan(pays=(RESTAKED,)),
    ("LoanBook", "topUpAsset"): _OnLoan(reads=(ROUND,)),
    ("LoanBook", "claim"): _claim,
    ("AuctionHouse", "open"): _OnLoan(reads=(ROUND,)),
    ("AuctionHouse", "buy"): _BOUGHT,
    ("AuctionHouse", "buyWithCallback"): _BOUGHT,
    ("AuctionHouse", "takeForReserve"): _TAKEN,
    ("AssetRegistry", "mint"): _mint_one,
    ("AssetRegistry", "mintBatch"): _mint_many,
    ("ValuationOracle", "publish"): _Barrier(writes=(ROUND,), reads=(REPORTERS,)),
    ("ValuationOracle", "void"): _Barrier(writes=(ROUND,)),
    ("ValuationOracle", "pause"): _PAUSE,
    ("ValuationOracle", "renewPause"): _PAUSE,
    ("ValuationOracle", "resume"): _PAUSE,
    ("ValuationOracle", "changeReporter"): _Barrier(writes=(REPORTERS,)),
    ("RiskTerms", "setTerms"): _Barrier(writes=(TERMS,)),
    ("RiskTerms", "setCap"): _Barrier(writes=(TERMS,)),
    ("LendingPool", "closeEpoch"): _Barrier(writes=(EPOCH, POOL, RESERVE)),
}
