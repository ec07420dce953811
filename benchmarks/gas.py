"""Gas of whole transactions, cold: what `bench gas` measures.

Each account involved has used its tokens and the protocol before, as in the peers' recurrent
figures: the bidder holds an asset, the lane has sold a lot, and that sale's surplus still waits for
the owner. What a first time costs is measured apart.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from benchmarks.errors import BenchFailed
from benchmarks.market import DAY, ETHER, HOUSE_VALUE, MONTH, USD, Market, Terms
from benchmarks.node import own_chain
from benchmarks.report import gas_table
from benchmarks.targets import GAS_TARGETS
from benchmarks.transactions import account
from collateral.domain.keccak import keccak256
from contracts.domain.cards import Card, encode_card
from contracts.domain.words import Kind, Result, encode_word, striped, unstriped
from contracts.wallet import development_wallets

HOUSE_PRINCIPAL = 200_000 * USD
FALLEN_VALUE = 260_000 * USD
SMALL_PRINCIPAL = 100 * USD
SMALL_PLEDGE = ETHER // 20
INSTALMENT = 11 * USD
HOUSE_INSTALMENT = 21_000 * USD
BATCH = 200
GROUPED_LOANS = 20
SEED = 7
# Found and replaced in calldata, so it must stand nowhere else there.
MARKED_NONCE = int.from_bytes(keccak256(b"first nonce"), "big") >> 1
Opened = tuple[int, Card]
HOUSE_LANE, MANY_LANE = 0, 1
LANES = 2
SILENCE_S = 30 * 3_600


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the world is: leaves of a round, siblings in a proof, loans in one lane."""

    leaves: int = 2**20
    depth: int = 20
    loans: int = 10_000


@dataclass
class GasBench:
    """One run: a market is led through a loan's life, and some steps are measured."""

    market: Market
    scale: Scale
    figures: dict[str, int] = field(default_factory=dict)
    first_times: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Fill the figures."""
        self.owner, self.newcomer, self.crowd = development_wallets(
            settings.RELAYER_MNEMONIC, "owner", 3
        )
        self.payer, self.bidder = account("payer"), account("bidder")
        self.keeper = account("keeper")
        self.market.equip([self.owner.address, self.crowd.address, self.payer, self.bidder])
        self._mint()
        self._open()
        self._pay()
        self._settle()
        self._call_and_sell()

    # ---- Mint, value, borrow ------------------------------------------------------------------

    def _mint(self) -> None:
        owner = self.owner.address
        self.houses = self.market.mint_all([(owner, f"house {n}") for n in range(4)])
        call, token_id = self.market.mint_call(owner, "house measured")
        self.figures["mint_3_attestations"] = self.market.sender.send(call).gas_used
        self.houses.append(token_id)
        call, self.newcomers_house = self.market.mint_call(self.newcomer.address, "first house")
        self.first_times["mint_3_attestations"] = self.market.sender.send(call).gas_used

    def _publish(self, value: int = HOUSE_VALUE, *, large: bool = True) -> int:
        """Publish a round once the least interval has passed; return its gas."""
        self.market.sender.wait(self.market.genesis["oracle"]["min_interval_s"])
        values = dict.fromkeys([*self.houses, self.newcomers_house], value)
        size, depth = (self.scale.leaves, self.scale.depth) if large else (64, 0)
        return self.market.publish(values, size=size, depth=depth).gas_used

    def _open(self) -> None:
        for _ in range(3):
            self._publish(large=False)
        self.figures["publish_root"] = self._publish()
        self.called, self.repaid, self.sold_before = [
            self.market.opened(self.market.sender.send(self.market.open_call(terms)))
            for terms in map(self._house_terms, range(3))
        ]
        borrow = self.market.open_call(self._house_terms(3))
        self.figures["borrow"] = self.market.sender.send(borrow).gas_used
        first = Terms(self.newcomer, HOUSE_LANE, HOUSE_PRINCIPAL, 2**63, [self.newcomers_house])
        opened = self.market.sender.send(self.market.open_call(first))
        self.first_times["borrow"] = opened.gas_used
        many = Terms(self.crowd, MANY_LANE, SMALL_PRINCIPAL, MARKED_NONCE, lrt_amount=SMALL_PLEDGE)
        opened = self.market.open_alike(many, self.scale.loans + BATCH)
        self.many, self.side_by_side = opened[: self.scale.loans], opened[self.scale.loans :]

    def _house_terms(self, number: int) -> Terms:
        house = [self.houses[number]]
        return Terms(self.owner, HOUSE_LANE, HOUSE_PRINCIPAL, 2**63 + number, house)

    # ---- Repay and settle ---------------------------------------------------------------------

    def _pay(self) -> None:
        """The second instalment of a loan, by somebody else, principal and interest due."""
        for month in range(2):
            self.market.sender.wait(MONTH)
            paid = self.market.send(
                self.payer, "LoanBook", "repay", self.repaid[0], HOUSE_INSTALMENT + month
            )
        self.figures["repay"] = paid.gas_used

    def _settle(self) -> None:
        """Batches of a lane that has settled before; the instalment of a month and its interest."""
        chosen = random.Random(SEED).sample(self.many, 2 * BATCH + GROUPED_LOANS)
        before, distinct, grouped = chosen[:BATCH], chosen[BATCH : 2 * BATCH], chosen[2 * BATCH :]
        self.market.sender.send_all(
            [
                self.market.call(self.payer, "LoanBook", "prefund", loan, 3 * INSTALMENT)
                for loan in [*chosen, *self.side_by_side]
            ]
        )
        self._collect(1, before, INSTALMENT)
        self.market.sender.wait(MONTH)
        gas = self._collect(1 + BATCH, distinct, INSTALMENT)
        self.figures["settle_distinct_per_op"] = -(-gas // BATCH)
        each = BATCH // GROUPED_LOANS
        words_side_by_side = [loan for loan in grouped for _ in range(each)]
        gas = self._collect(1 + 2 * BATCH, words_side_by_side, 3 * INSTALMENT // each)
        self.figures["settle_grouped_per_op"] = -(-gas // BATCH)
        gas = self._collect(1 + 3 * BATCH, self.side_by_side, INSTALMENT)
        self.figures["settle_side_by_side_per_op"] = -(-gas // BATCH)

    def _collect(self, first: int, loans: Sequence[int], amount: int) -> int:
        words = [
            encode_word(Kind.COLLECT, number, unstriped(loan)[1], amount)
            for number, loan in enumerate(loans, start=first)
        ]
        relayer = self.market.relayers[MANY_LANE]
        receipt = self.market.send(relayer, "LoanBook", "settle", MANY_LANE, words)
        results = self.market.chain.calls(
            [("LoanBook", "resultOf", (striped(MANY_LANE, first + n),)) for n in range(len(loans))]
        )
        if set(results) != {Result.APPLIED}:
            raise BenchFailed(f"Not every collect was applied: {results}.")
        return receipt.gas_used

    # ---- Call and sell ------------------------------------------------------------------------

    def _call_and_sell(self) -> None:
        self._publish(FALLEN_VALUE)
        self._publish(FALLEN_VALUE)
        self.market.sender.wait(self.market.genesis["oracle"]["void_window_s"] + 1)
        self._call(self.sold_before)
        self.figures["call"] = self._call(self.called)
        self._await_cure_window(self.called)
        self._publish(FALLEN_VALUE)
        self.first_times |= self._auction(self.sold_before)
        self.figures |= self._auction(self.called)

    def _call(self, opened: Opened) -> int:
        loan, card = opened
        newest = self.market.proofs(card.assets)
        previous = self.market.proofs(card.assets, previous=True)
        words = encode_card(card)
        return self.market.send(
            self.keeper, "LoanBook", "call", loan, newest, previous, words
        ).gas_used

    def _auction(self, opened: Opened) -> dict[str, int]:
        """Open the auction of a loan's house and buy it; return the gas of both."""
        (loan, card), house = opened, "AuctionHouse"
        words, proofs = encode_card(card), self.market.proofs(card.assets)
        started = self.market.send(self.keeper, house, "open", loan, proofs, words)
        self.market.sender.wait(DAY // 2)
        price = self.market.chain.call(house, "priceOf", loan, words)
        bought = self.market.send(self.bidder, house, "buy", loan, price, words)
        return {"open_auction": started.gas_used, "buy_lot": bought.gas_used}

    def _await_cure_window(self, opened: Opened) -> None:
        """Rounds go on while the window runs: it stands still without them (rule C5)."""
        loan, card = opened[0], encode_card(opened[1])
        chain, sender = self.market.chain, self.market.sender
        while chain.call("LoanBook", "cureUntilOf", loan, card) > sender.now():
            sender.wait(SILENCE_S - self.market.genesis["oracle"]["min_interval_s"])
            self._publish(FALLEN_VALUE, large=False)


def measure_gas(scale: Scale) -> GasBench:
    """Run the scenarios on a chain of their own."""
    with own_chain() as url:
        bench = GasBench(Market(url, LANES), scale)
        bench.run()
    return bench


def bench_gas(say: Callable[[str], None]) -> dict[str, int]:
    """Print the gas table and return its figures."""
    scale = Scale()
    say(
        f"Building rounds of {scale.leaves:,} values and opening {scale.loans:,} loans in one "
        "lane, each by a transaction; about a minute."
    )
    bench = measure_gas(scale)
    for line in gas_table(bench.figures):
        say(line)
    say("Gas of whole transactions from their receipts, nothing warm. Accounts have used the")
    say("protocol before, approvals are unlimited; the surplus of an earlier sale waits unclaimed.")
    say("For the first time of an owner, a lane's auctions and a bidder instead:")
    for name, gas in bench.first_times.items():
        say(f"  {name}: {gas:,}")
    return {target.key: bench.figures[target.key] for target in GAS_TARGETS}
