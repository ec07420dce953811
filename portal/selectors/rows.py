"""The rows that several pages share. Amounts are ledger units, times unix seconds of the chain."""

from dataclasses import dataclass, field

from portal.domain.charts.gauge import Gauge
from portal.domain.charts.price_path import PricePath
from portal.domain.states import State


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number with its label, and a line that says more."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One filter or order to choose."""

    code: str
    label: str
    count: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class LoanRow:
    """One loan as a table shows it."""

    id: int
    name: str
    borrower: str
    collateral: str
    class_codes: list[str]
    debt: int
    value: int
    state: State
    gauge: Gauge | None
    words: str


@dataclass(frozen=True, kw_only=True)
class LotCard:
    """One lot of an auction, running or past, with the path of its price."""

    loan_id: int
    loan_name: str
    title: str
    class_code: str
    state: State
    running: bool
    path: PricePath
    mark: str
    price: int
    words: str
    token_id: int


@dataclass(frozen=True, kw_only=True)
class TrancheRow:
    """One tranche of the pool: its value and what it has lost."""

    name: str
    value: int
    share_bps: int
    start_at: float
    length: float
    loss: int
    words: str


@dataclass(frozen=True, kw_only=True)
class LaneRow:
    """How many transactions of one lane stand at each step."""

    name: str
    planned: int
    sent: int
    in_block: int
    final: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step on the way of an operation to finality."""

    word: str
    reached: bool
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened to a loan or an asset, with its proof for those who want it."""

    at: int
    words: str
    key: str = ""
    steps: list[Step] = field(default_factory=list)
    tx_hash: str = ""
    block_number: int = 0
