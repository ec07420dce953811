"""Which slots operations share: what `bench contention` measures, on traces of the node.

Parties are spread over lanes, one to each; every step of a loan's life is one block with the
same operation for all of them. What two lanes share is counted over all steps together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from benchmarks.market import DAY, ETHER, HOUSE_VALUE, MONTH, USD, Market, Terms
from benchmarks.morpho import morpho_accesses
from benchmarks.node import own_chain
from benchmarks.report import table
from benchmarks.targets import SPEEDUP_TARGETS
from benchmarks.transactions import Call, account
from contracts.access import Access, access_sets, ideal_speedup
from contracts.domain.cards import Card, encode_card
from contracts.domain.words import Kind, encode_word, unstriped
from contracts.wallet import LocalWallet, development_wallets

LANES = 64
FEWER_LANES = 16
ONE_LANE_PARTIES = 16
PRINCIPAL = 200_000 * USD
FALLEN_VALUE = 260_000 * USD
PLEDGE = ETHER
INSTALMENT = 21_000 * USD
INCOME = 500 * USD
SILENCE_S = 30 * 3_600


@dataclass(frozen=True, slots=True)
class Party:
    """A borrower with a payer, a bidder and two houses, and the lane of its loans."""

    index: int
    lane: int
    borrower: LocalWallet
    kept: int
    lost: int

    @property
    def payer(self) -> str:
        return account(f"payer {self.index}")

    @property
    def bidder(self) -> str:
        return account(f"bidder {self.index}")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation for every party; ``before`` brings the world to where it can happen.

    ``opens`` says on which of a party's houses it opens a loan.
    """

    name: str
    call: Callable[["Life", Party], Call]
    before: Callable[["Life"], None] | None = None
    opens: str = ""


@dataclass
class Life:
    """Loans of many parties, led from their opening to their end, every transaction traced."""

    market: Market
    parties: list[Party]
    calls: list[Call] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    lanes: list[int] = field(default_factory=list)
    gas: dict[str, int] = field(default_factory=dict)
    loans: dict[tuple[Party, str], tuple[int, Card]] = field(default_factory=dict)

    def run(self) -> None:
        """Take every step for all parties, and trace each of its transactions."""
        self.publish(HOUSE_VALUE)
        self.publish(HOUSE_VALUE)
        for step in STEPS:
            if step.before:
                step.before(self)
            calls = [step.call(self, party) for party in self.parties]
            self.calls += calls
            receipts = self.market.sender.send_all(calls)
            if step.opens:
                for party, receipt in zip(self.parties, receipts, strict=True):
                    self.loans[party, step.opens] = self.market.opened(receipt)
            found = access_sets(self.market.chain, [receipt.tx_hash for receipt in receipts])
            self.accesses += found
            self.lanes += [party.lane for party in self.parties]
            self.gas[step.name] = sum(access.gas for access in found) // len(found)

    def publish(self, lost_value: int) -> None:
        """Publish a round once the least interval has passed."""
        self.market.sender.wait(self.market.genesis["oracle"]["min_interval_s"])
        values = {party.kept: HOUSE_VALUE for party in self.parties}
        self.market.publish(values | {party.lost: lost_value for party in self.parties})

    def let_income_come(self) -> None:
        """Pay income to the address of each party's first loan, as a device's payer would."""
        loans = [self.kept(party)[0] for party in self.parties]
        places = self.market.chain.calls([("LoanBook", "incomeAddressOf", (one,)) for one in loans])
        payer = account("payer of income")
        self.market.sender.send_all(
            [self.market.call(payer, "TestStablecoin", "mint", place, INCOME) for place in places]
        )

    def wait_a_month(self) -> None:
        self.market.sender.wait(MONTH)

    def let_values_fall(self) -> None:
        """Two rounds with the lower value, and the void window of the second passed."""
        self.publish(FALLEN_VALUE)
        self.publish(FALLEN_VALUE)
        self.market.sender.wait(self.market.genesis["oracle"]["void_window_s"] + 1)

    def await_cure_windows(self) -> None:
        """Rounds go on while the windows run: they stand still without them (rule C5)."""
        loans = [("LoanBook", "cureUntilOf", self.lost(party)) for party in self.parties]
        while max(self.market.chain.calls(loans)) > self.market.sender.now():
            self.market.sender.wait(SILENCE_S)
            self.publish(FALLEN_VALUE)

    def wait_half_a_day(self) -> None:
        self.market.sender.wait(DAY // 2)

    def kept(self, party: Party) -> tuple[int, list[bytes]]:
        """Return a party's first loan with its card's words: it has been topped up since."""
        loan, card = self.loans[party, "kept"]
        return loan, encode_card(replace(card, lrt_amount=2 * PLEDGE))

    def lost(self, party: Party) -> tuple[int, list[bytes]]:
        """Return a party's second loan with its card's words."""
        loan, card = self.loans[party, "lost"]
        return loan, encode_card(card)

    def book(self, sender: str, function: str, *arguments: Any) -> Call:
        return self.market.call(sender, "LoanBook", function, *arguments)

    def house(self, sender: str, function: str, *arguments: Any) -> Call:
        return self.market.call(sender, "AuctionHouse", function, *arguments)


def _draw(life: Life, party: Party) -> Call:
    return life.market.open_call(_terms(party, nonce=1, asset=party.kept, lrt_amount=PLEDGE))


def _draw_again(life: Life, party: Party) -> Call:
    return life.market.open_call(_terms(party, nonce=2, asset=party.lost))


def _terms(party: Party, *, nonce: int, asset: int, lrt_amount: int = 0) -> Terms:
    return Terms(party.borrower, party.lane, PRINCIPAL, nonce, [asset], lrt_amount)


def _pledge(life: Life, party: Party) -> Call:
    loan, card = life.loans[party, "kept"]
    return life.book(party.borrower.address, "topUp", loan, PLEDGE, encode_card(card))


def _prefund(life: Life, party: Party) -> Call:
    return life.book(party.payer, "prefund", life.kept(party)[0], 2 * INSTALMENT)


def _withdraw(life: Life, party: Party) -> Call:
    loan, card = life.kept(party)
    return life.book(party.borrower.address, "withdrawPrefunded", loan, 10 * USD, card)


def _collect(life: Life, party: Party) -> Call:
    # Where parties share a lane, their operation ids follow each other as the engine gives them.
    loan_number = unstriped(life.kept(party)[0])[1]
    word = encode_word(Kind.COLLECT, 1 + party.index, loan_number, INSTALMENT)
    return life.book(life.market.relayers[party.lane], "settle", party.lane, [word])


def _repay(life: Life, party: Party) -> Call:
    return life.book(party.payer, "repay", life.kept(party)[0], INSTALMENT)


def _sweep(life: Life, party: Party) -> Call:
    return life.book(party.payer, "sweep", *life.kept(party))


def _call(life: Life, party: Party) -> Call:
    loan, card = life.lost(party)
    newest = life.market.proofs([party.lost])
    previous = life.market.proofs([party.lost], previous=True)
    return life.book(party.bidder, "call", loan, newest, previous, card)


def _repay_all(life: Life, party: Party) -> Call:
    return life.book(party.payer, "repay", life.kept(party)[0], 2 * PRINCIPAL)


def _release(life: Life, party: Party) -> Call:
    return life.book(party.bidder, "close", *life.kept(party))


def _open(life: Life, party: Party) -> Call:
    loan, card = life.lost(party)
    return life.house(party.bidder, "open", loan, life.market.proofs([party.lost]), card)


def _buy(life: Life, party: Party) -> Call:
    loan, card = life.lost(party)
    return life.house(party.bidder, "buy", loan, HOUSE_VALUE, card)


def _claim(life: Life, party: Party) -> Call:
    return life.book(party.borrower.address, "claim", party.lane)


STEPS = (
    Step("draw and pledge", _draw, opens="kept"),
    Step("draw", _draw_again, opens="lost"),
    Step("pledge", _pledge),
    Step("prefund", _prefund),
    Step("withdraw", _withdraw),
    Step("collect", _collect, Life.wait_a_month),
    Step("repay", _repay),
    Step("first sweep", _sweep, Life.let_income_come),
    Step("sweep", _sweep, Life.let_income_come),
    Step("call", _call, Life.let_values_fall),
    Step("repay all", _repay_all),
    Step("release", _release),
    Step("open", _open, Life.await_cure_windows),
    Step("buy", _buy, Life.wait_half_a_day),
    Step("claim", _claim),
)


@dataclass(frozen=True, slots=True)
class Shared:
    """Slots that operations on two lanes share (rule L1)."""

    write_write: int
    read_write: int


def shared_slots(accesses: Iterable[Access], lanes: Iterable[int]) -> Shared:
    """Count slots that one lane writes and another writes, or reads."""
    writers: dict[str, set[int]] = defaultdict(set)
    readers: dict[str, set[int]] = defaultdict(set)
    for access, lane in zip(accesses, lanes, strict=True):
        for key in access.writes:
            writers[key].add(lane)
        for key in access.reads:
            readers[key].add(lane)
    return Shared(
        write_write=sum(len(by) > 1 for by in writers.values()),
        read_write=sum(len(by | readers[key]) > len(by) for key, by in writers.items()),
    )


def lead_life(rpc_url: str, *, lanes: int, parties: int) -> Life:
    """Run and trace the life of one pair of loans for each party, spread over the lanes."""
    market = Market(rpc_url, lanes)
    wallets = development_wallets(settings.RELAYER_MNEMONIC, "owner", parties)
    owned = [
        (wallet.address, f"{wallet.address} {name}")
        for name in ("kept", "lost")
        for wallet in wallets
    ]
    houses = market.mint_all(owned)
    made = [
        Party(
            index=index,
            lane=index % lanes,
            borrower=wallet,
            kept=houses[index],
            lost=houses[parties + index],
        )
        for index, wallet in enumerate(wallets)
    ]
    market.equip(
        [holder for party in made for holder in (party.borrower.address, party.payer, party.bidder)]
    )
    life = Life(market, made)
    life.run()
    return life


def speedup(accesses: Sequence[Access]) -> float:
    """Return the ideal speed-up with two decimals, rounded down."""
    return ideal_speedup(accesses).ratio_hundredths / 100


def bench_contention(say: Callable[[str], None]) -> dict[str, float]:
    """Print what lanes share and how much could run at once; return the figures."""
    say(
        f"Leading the loans of {LANES} parties in {LANES} lanes, then of {ONE_LANE_PARTIES} in one."
    )
    with own_chain() as url:
        spread = lead_life(url, lanes=LANES, parties=LANES)
    with own_chain() as url:
        crowded = lead_life(url, lanes=1, parties=ONE_LANE_PARTIES)
    with own_chain() as url:
        morpho = morpho_accesses(url, borrowers=LANES)
    shared = shared_slots(spread.accesses, spread.lanes)
    fewer = [
        access
        for access, lane in zip(spread.accesses, spread.lanes, strict=True)
        if lane < FEWER_LANES
    ]
    figures = {
        "write_write": shared.write_write,
        "read_write": shared.read_write,
        "traced_transactions": len(spread.accesses),
        "ideal_speedup_16": speedup(fewer),
        "ideal_speedup_64": speedup(spread.accesses),
        "one_lane_speedup": speedup(crowded.accesses),
        "morpho_ideal_speedup": speedup(morpho),
    }
    for line in contention_tables(figures, spread.gas):
        say(line)
    return figures


def contention_tables(figures: Mapping[str, float], gas: Mapping[str, int]) -> list[str]:
    """Return the operations traced, and the figures beside their targets."""
    steps = [("operation", "transactions", "gas each")]
    steps += [(name, str(LANES), f"{each:,}") for name, each in gas.items()]
    rows = [("figure", "target", "measured")]
    targets = {"write_write": "0", "read_write": "0", "traced_transactions": "at least 512"}
    targets |= {key: f"at least {least}" for key, least in SPEEDUP_TARGETS.items()}
    targets |= {"one_lane_speedup": "the worst case", "morpho_ideal_speedup": "the peer"}
    rows += [(key, targets[key], str(value)) for key, value in figures.items()]
    note = "Ideal speed-up: all gas ÷ gas of the longest chain of transactions that must wait."
    return [*table(steps), "", *table(rows), note]
