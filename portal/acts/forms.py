"""Acts as small forms: what each asks for, and the call for a wallet that comes of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.http import Http404

from collateral.domain.addresses import checksum_address
from collateral.domain.portfolio.cells import parse_number
from collateral.domain.portfolio.errors import CellError
from collateral.errors import REFUSALS
from collateral.selectors.calls import WalletCall, wallet_call
from contracts.deployment_record import load
from contracts.errors import ChainError
from governance.errors import GovernanceRefused
from lending.domain.errors import LendingRefused
from lending.parameters import ledger_unit
from lending.selectors.wallets import LRT, STABLECOIN, call_of
from oracles.domain.errors import OracleError
from settlement.errors import SettlementError

ACT_REFUSED = (
    CellError,
    ChainError,
    GovernanceRefused,
    LendingRefused,
    OracleError,
    SettlementError,
    *REFUSALS,
)
# What a loan's slot can hold of an amount, ledger units; and of a whole number in a form.
MOST_UNITS, MOST_WHOLE = 2**56 - 1, 2**31 - 1
MOST_TEXT = 1_000
Calls = Sequence[tuple[str, str, Sequence[Any]]]
Values = Mapping[str, Any]


class Kind(Enum):
    """What an entry takes; the number is the power of ten that one of it has in base units."""

    USD = 6
    SHARES = 9
    TOKENS = 18
    PERCENT = 2
    WHOLE = 0
    CHOICE = "choice"
    TEXT = "text"
    ADDRESS = "address"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One field of an act. `value` is what stands in it at first."""

    name: str
    label: str
    kind: Kind
    help: str = ""
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    may_be_empty: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it takes digits, so that phones show their number pad."""
        return isinstance(self.kind.value, int)

    def read(self, given: Mapping[str, str]) -> Any:
        """Return what was given in base units, or raise `CellError` with what to change."""
        text = str(given.get(self.name, "")).strip()
        if self.kind is Kind.CHOICE:
            if text not in dict(self.choices):
                raise CellError("CHOICE_UNKNOWN", f"{self.label}: choose one of the list.")
            return text
        if not text and self.may_be_empty:
            return 0 if self.is_number else ""
        if self.kind is Kind.ADDRESS:
            return checksum_address(text)
        if not self.is_number:
            return _text(text, self.label)
        return self._number(text)

    def _number(self, text: str) -> int:
        scaled = parse_number(text) * 10 ** int(self.kind.value)
        if scaled.denominator != 1:
            raise CellError("TOO_FINE", f"{self.label}: that is finer than can be paid.")
        number, most = int(scaled), MOST_WHOLE if self.kind is Kind.WHOLE else MOST_UNITS
        if self.kind in (Kind.TOKENS, Kind.SHARES):
            most = 2**128 - 1
        if number < 0 or (number == 0 and not self.may_be_empty):
            raise CellError("ZERO_AMOUNT", f"{self.label}: enter an amount above 0.")
        if number > most:
            raise CellError("AMOUNT_TOO_LARGE", f"{self.label}: that is more than fits.")
        return number


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something a wallet may do: what it asks for, and the words and calls that come of it.

    `sender` is the account that has to send it, empty for any.
    """

    code: str
    label: str
    about: str
    make: Callable[[Values], tuple[str, Calls]]
    entries: Sequence[Entry] = ()
    sender: str = ""

    def shown(self, given: Mapping[str, str]) -> "Act":
        """Return the act with what was typed into it, when it is the one that was sent."""
        if given.get("act") != self.code:
            return self
        typed = [replace(one, value=str(given.get(one.name, ""))) for one in self.entries]
        return replace(self, entries=typed)


def act_call(acts: Sequence[Act], given: Mapping[str, str]) -> WalletCall:
    """Return the call of the act that a form asks for.

    Raises one of `ACT_REFUSED`, or `Http404` for an act that the page does not offer.
    """
    act = next((one for one in acts if one.code == given.get("act")), None)
    if act is None:
        raise Http404
    words, calls = act.make({entry.name: entry.read(given) for entry in act.entries})
    return wallet_call(label=act.label, words=words, sender=act.sender, calls=calls)


def paying(contract: str, units: int, *calls: tuple[str, str, Sequence[Any]]) -> Calls:
    """Return calls that a contract takes stablecoin for, behind the allowance for it."""
    amount = units * ledger_unit()
    return [(STABLECOIN, "approve", [load().address(contract), amount]), *calls]


def bringing(contract: str, wei: int, *calls: tuple[str, str, Sequence[Any]]) -> Calls:
    """Return calls that a contract takes restaking tokens for, behind the allowance for them."""
    return [(LRT, "approve", [load().address(contract), wei]), *calls]


def one(action: str, **given: Any) -> Calls:
    """Return the one call of an action of lending."""
    return [call_of(action, **given)]


def _text(text: str, label: str) -> str:
    if not text:
        raise CellError("TEXT_MISSING", f"{label}: write something.")
    if len(text) > MOST_TEXT or "\x00" in text:
        raise CellError("TEXT_TOO_LONG", f"{label}: {MOST_TEXT} characters are the most.")
    return text
