"""Loans to settle on: opened and prefunded by real transactions, mirrored as the reader would."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from django.conf import settings

from benchmarks.market import ETHER, USD, Market, Terms
from collateral.domain.keccak import keccak256
from contracts.client import Chain
from contracts.deployment import fund
from contracts.domain.words import MAX_WORDS, Kind, striped, unstriped
from contracts.rpc import Rpc
from contracts.wallet import LocalWallet, development_wallets
from lending.domain.loans import Status
from lending.models import Lane, Loan
from settlement.services import NewOperation, NewParcel

LANES = 16
PRINCIPAL = 1_000 * USD
PLEDGE = ETHER // 2
# Four full batches.
PARCEL = 4 * MAX_WORDS
# The least that a collection may take: a loan can be settled on a thousand times.
AMOUNT = 1 * USD
HOT_LOANS = 4
MARKED_NONCE = int.from_bytes(keccak256(b"first nonce"), "big") >> 1
MINING_TIMEOUT_S = 300


@dataclass
class World:
    """The market, its lanes' keys, and what has been asked for on each loan."""

    market: Market
    wallets: list[LocalWallet]
    numbers: list[list[int]]
    """Numbers of the loans of each lane."""
    asked: Counter[int] = field(default_factory=Counter)
    operations: int = 0
    collected: Counter[int] = field(default_factory=Counter)
    """How many operations parcels have asked for, by lane."""

    @property
    def chain(self) -> Chain:
        return self.market.chain

    def loans(self) -> list[int]:
        """Return all loans, lane after lane in turns."""
        turns = zip(*self.numbers, strict=True)
        return [striped(lane, number) for turn in turns for lane, number in enumerate(turn)]

    def loan_number(self, lane: int, place: int) -> int:
        """Return the number of a lane's loan by its place in a turn over all of them."""
        return self.numbers[lane][place % len(self.numbers[lane])]

    def collections(self, count: int, *, hot_percent: int = 0) -> Iterator[NewOperation]:
        """Yield so many collections, loan after loan; `hot_percent` fall on a few of each lane."""
        rng, loans = random.Random(count), self.loans()
        hot = loans[: HOT_LOANS * LANES]
        for index in range(count):
            place = self.operations + index
            loan_id = loans[place % len(loans)]
            if hot_percent and rng.randrange(100) < hot_percent:
                loan_id = hot[place % len(hot)]
            self.asked[loan_id] += 1
            yield NewOperation(
                client_key=f"collect:{place}", kind=Kind.COLLECT, loan_id=loan_id, amount=AMOUNT
            )
        self.operations += count

    def parcels(self, count: int) -> Iterator[NewParcel]:
        """Yield so many collections, loan after loan, as a parcel for each lane in turns."""
        while count:
            size = min(PARCEL, -(-count // LANES))
            for lane in range(LANES):
                taken = min(size, count)
                if taken:
                    yield self._parcel(lane, taken)
                    count -= taken

    def _parcel(self, lane: int, size: int) -> NewParcel:
        first = self.collected[lane]
        loans = [self.loan_number(lane, first + place) for place in range(size)]
        self.collected[lane] += size
        self.asked.update(striped(lane, loan) for loan in loans)
        return NewParcel(
            client_key=f"parcel:{lane}:{first}",
            lane=lane,
            kind=Kind.COLLECT,
            loan_numbers=np.array(loans, dtype=np.int64),
            amounts=np.full(size, AMOUNT, dtype=np.int64),
        )

    def note(self, loan_id: int) -> None:
        """Remember an operation that goes past the engine."""
        self.asked[loan_id] += 1

    def taken(self) -> Counter[int]:
        """Return how many collections the chain has applied to each loan, by what it holds."""
        loans = self.loans()
        found: Counter[int] = Counter()
        for start in range(0, len(loans), 1_000):
            some = loans[start : start + 1_000]
            states = self.chain.calls([("LoanBook", "loanOf", (loan,)) for loan in some])
            for loan, state in zip(some, states, strict=True):
                found[loan] = (PRINCIPAL - state["prefunded"]) // AMOUNT
        return found

    def differences(self) -> tuple[int, int]:
        """Return how many effects were too many and how many are missing, over all loans."""
        taken = self.taken()
        more = sum(max(taken[loan] - self.asked[loan], 0) for loan in taken)
        less = sum(max(self.asked[loan] - taken[loan], 0) for loan in taken)
        return more, less


def build(loans_per_lane: int) -> World:
    """Deploy the contracts, open and prefund the loans, and mirror them."""
    wallets = development_wallets(settings.RELAYER_MNEMONIC, "lane", LANES)
    market = Market(settings.RPC_URL, LANES, [wallet.address for wallet in wallets])
    market.deployment.save(Path(settings.DEPLOYMENT_FILE))
    fund(market.chain, [wallet.address for wallet in wallets])
    (crowd,) = development_wallets(settings.RELAYER_MNEMONIC, "owner", 1)
    market.equip([crowd.address])
    pledged = PLEDGE * LANES * loans_per_lane
    market.send(crowd.address, "TestRestakingToken", "mint", crowd.address, pledged)
    for _ in range(2):
        market.sender.wait(market.genesis["oracle"]["min_interval_s"])
        market.publish({})
    numbers = []
    for lane in range(LANES):
        nonce = MARKED_NONCE + lane * loans_per_lane
        terms = Terms(crowd, lane, PRINCIPAL, nonce, lrt_amount=PLEDGE)
        opened = market.open_alike(terms, loans_per_lane)
        numbers.append([unstriped(loan_id)[1] for loan_id in opened])
    world = World(market, wallets, numbers)
    prefund = ("LoanBook", "prefund")
    market.sender.send_all(
        [market.call(crowd.address, *prefund, loan, PRINCIPAL) for loan in world.loans()]
    )
    _mirror(world, crowd.address)
    market.chain.rpc = Rpc(settings.RPC_URL, MINING_TIMEOUT_S)
    return world


def _mirror(world: World, borrower: str) -> None:
    """Write the rows of the loans, as the event reader does from their events."""
    now = world.market.sender.now()
    escrows = world.market.deployment.lanes
    lanes = [Lane.objects.create(number=n, escrow=escrow) for n, escrow in enumerate(escrows)]
    Loan.objects.bulk_create(
        [
            Loan(
                loan_id=loan_id,
                lane=lanes[loan_id >> 40],
                borrower=borrower,
                nonce=loan_id,
                principal=PRINCIPAL,
                prefunded=PRINCIPAL,
                last_accrual=now,
                rate_bps=0,
                status=Status.OPEN,
                base_principal=PRINCIPAL,
                schedule=1,
                instalments=10,
                interval=1,
                opened_at=now,
                grace_period=0,
                cure_window=0,
                late_fee_bps=0,
                opened_tx="",
            )
            for loan_id in world.loans()
        ],
        batch_size=2_000,
    )
