"""What the engine is held against: the naive way at its best, and the chain with no backend."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from benchmarks.errors import BenchFailed
from benchmarks.settling.mining import mining
from benchmarks.settling.world import AMOUNT, LANES, World
from contracts.domain.words import MAX_WORDS, Kind, joined_words, striped
from contracts.plain import PlainSender
from settlement.calldata import settle_calldata
from settlement.domain.profiles import Profile

NAIVE_OPERATIONS = 150
POLL_S = 0.002
POSTED_TOGETHER = 50
GAS_OF_ONE, GAS_OF_BATCH = 400_000, 8_000_000
FEE_WEI = 2_000_000_000
# Their operation numbers lie far from those that the engine gives.
NAIVE_FIRST, LIMIT_FIRST = 1 << 38, 1 << 37
PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Rate:
    """Operations, the seconds until the last was mined (the limit's: final), and their gas."""

    operations: int
    seconds: float
    gas_used: int

    @property
    def per_s(self) -> float:
        return self.operations / self.seconds

    @property
    def gas_per_operation(self) -> int:
        return self.gas_used // self.operations


def naive(world: World, count: int = NAIVE_OPERATIONS) -> Rate:
    """Settle one operation with each transaction, mined at once, waiting for each receipt."""
    chain, book = world.chain, world.chain.address("LoanBook")
    chain.rpc.request("evm_setAutomine", True)
    sender = PlainSender(settings.RPC_URL, world.wallets[0], poll_s=POLL_S)
    calls = []
    for index in range(count):
        loan = world.loan_number(0, index)
        world.note(striped(0, loan))
        word = joined_words([(Kind.COLLECT, NAIVE_FIRST + index, loan, AMOUNT)])
        calls.append(settle_calldata(0, word))
    before = chain.head().number
    begun = time.perf_counter()
    for call in calls:
        if not sender.send(book, call, gas=GAS_OF_ONE, max_fee_wei=FEE_WEI):
            raise BenchFailed("An operation of the naive way had no effect.")
    seconds = time.perf_counter() - begun
    return Rate(count, seconds, _gas_since(world, before))


class Limit:
    """Batches that are signed beforehand and posted with nothing behind them."""

    def __init__(self, world: World, first: int = LIMIT_FIRST) -> None:
        self.world = world
        self._next = [first] * LANES

    def measure(self, profile: Profile, *, operations: int, interval_s: float) -> Rate:
        """Post so many operations in batches over all lanes; return when all were final."""
        raws = self._signed(operations // MAX_WORDS)
        chain = self.world.chain
        before = chain.head().number
        with mining(profile.block_gas, interval_s):
            begun = time.perf_counter()
            for start in range(0, len(raws), POSTED_TOGETHER):
                self._post(raws[start : start + POSTED_TOGETHER])
            self._await(before, len(raws))
            seconds = time.perf_counter() - begun
        return Rate(len(raws) * MAX_WORDS, seconds, _gas_since(self.world, before))

    def _signed(self, batches: int) -> list[bytes]:
        """Return the batches in turns of lanes, as the engine sends them."""
        nonces = [
            self.world.chain.transaction_count(wallet.address, "latest")
            for wallet in self.world.wallets
        ]
        raws = []
        for number in range(batches):
            lane = number % LANES
            raws.append(self._one(lane, nonces[lane]))
            nonces[lane] += 1
        return raws

    def _one(self, lane: int, nonce: int) -> bytes:
        first = self._next[lane]
        self._next[lane] += MAX_WORDS
        loans = [self.world.loan_number(lane, first + index) for index in range(MAX_WORDS)]
        for loan in loans:
            self.world.note(striped(lane, loan))
        words = [
            (Kind.COLLECT, number, loan, AMOUNT) for number, loan in enumerate(loans, start=first)
        ]
        fields = {
            "type": 2,
            "chainId": settings.CHAIN_ID,
            "nonce": nonce,
            "to": self.world.chain.address("LoanBook"),
            "data": settle_calldata(lane, joined_words(words)),
            "gas": GAS_OF_BATCH,
            "maxFeePerGas": FEE_WEI,
            "maxPriorityFeePerGas": 0,
        }
        return self.world.wallets[lane].sign_transaction(fields)[0]

    def _post(self, raws: Sequence[bytes]) -> None:
        for answer in self.world.chain.send_many(raws):
            if isinstance(answer, Exception):
                raise BenchFailed(f"A batch of the chain's limit was refused: {answer}")

    def _await(self, before: int, wanted: int) -> None:
        """Count transactions block by block until all are final, as the engine's are."""
        chain, mined, number = self.world.chain, 0, before + 1
        deadline = time.monotonic() + PATIENCE_S
        while mined < wanted:
            if time.monotonic() > deadline:
                raise BenchFailed(f"Only {mined} of {wanted} batches were mined in time.")
            block = chain.rpc.request("eth_getBlockByNumber", hex(number), False)
            if block is None:
                time.sleep(0.01)
                continue
            mined += len(block["transactions"])
            number += 1
        while chain.head().number < number - 1 + settings.CHAIN_CONFIRMATIONS:
            time.sleep(0.01)


def _gas_since(world: World, block: int) -> int:
    chain = world.chain
    newest = chain.head().number
    blocks = chain.rpc.batch_strict(
        [("eth_getBlockByNumber", (hex(n), False)) for n in range(block + 1, newest + 1)]
    )
    return sum(int(each["gasUsed"], 16) for each in blocks)
