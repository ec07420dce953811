"""A market with running loans, and the engine driven bell by bell through a faulty node."""

import contextlib
import itertools
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import F

from contracts.access import Access, access_sets
from contracts.client import Chain
from contracts.deployment_record import load
from contracts.domain.words import Kind
from contracts.errors import ChainError
from lending.models import Loan
from settlement import failpoints, services
from settlement.errors import SettlementError
from settlement.models import OPEN, Batch, BatchStatus, Cursor, Signer
from settlement.services import NewOperation
from tests.faults.support.proxy import FaultyNode
from tests.tracing import declared_by, undeclared

Variant = TypeVar("Variant")
HOLDER = "0x00000000000000000000000000000000000000A1"
COIN = "TestStablecoin"
SMALLEST = 1_000_000
SENT_GAS = 2_000_000
SURVIVED = (ChainError, SettlementError, DatabaseError)
BEATS_TO_DRAIN = 60
# One seed in so many has all its transactions traced.
TRACED_EVERY = 5


class NotDrained(AssertionError):
    """The queue did not come to rest although the faults had ended."""


@dataclass
class World:
    """What one test acts on. `real` is the node itself, `chain` the way through its faults."""

    node: FaultyNode
    real: Chain
    lanes: list[int]
    seed: int = 0
    rng: random.Random = field(default_factory=random.Random)
    calls: dict[str, int] = field(default_factory=dict)
    doomed_calls: set[str] = field(default_factory=set)
    operations: dict[str, NewOperation] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    first_block: int = 0
    foreign: int = 0
    traced: dict[int, Access] = field(default_factory=dict)

    @classmethod
    def begun(cls, node: FaultyNode, rpc_url: str, seed: int) -> "World":
        """Return the world as it stands before the first fault."""
        real = Chain(rpc_url, load())
        lanes = sorted(set(Loan.objects.values_list("lane", flat=True)))
        first = real.head().number + 1
        rng = random.Random(seed)
        return cls(node=node, real=real, lanes=lanes, seed=seed, rng=rng, first_block=first)

    def one_of(self, variants: Sequence[Variant]) -> Variant:
        """Return the variant that is this seed's turn: as many seeds as variants try all."""
        return variants[self.seed % len(variants)]

    def restart(self) -> None:
        """Begin anew in a state that was brought back."""
        self.node.begin(self.seed)
        self.calls, self.operations, self.doomed_calls, self.traced = {}, {}, set(), {}

    @cached_property
    def chain(self) -> Chain:
        return Chain(self.node.url, self.real.deployment)

    # ---- Accepting ---------------------------------------------------------------------------

    def accept_calls(self, count: int, lane: int | None = None) -> list[str]:
        """Ask for mints of amounts that no other has."""
        keys = []
        for number in itertools.islice(self.numbers, count):
            key, amount = f"call-{number}", 10**12 + number
            self.calls[key] = amount
            services.submit_call(
                client_key=key,
                kind="test",
                contract=COIN,
                function="mint",
                args=[HOLDER, amount],
                lane=self.lanes[number % len(self.lanes)] if lane is None else lane,
            )
            keys.append(key)
        return keys

    def accept_doomed_call(self, lane: int, function: str = "transfer", *args: object) -> str:
        """Ask for a call that will be refused; without more said, by its simulation already."""
        key = f"doomed-{next(self.numbers)}"
        self.doomed_calls.add(key)
        services.submit_call(
            client_key=key,
            kind="test",
            contract=COIN,
            function=function,
            args=list(args) or [HOLDER, 10**30],
            lane=lane,
        )
        return key

    def accept_collects(
        self, count: int, amount: int = SMALLEST, loans: Sequence[Loan] = ()
    ) -> list[str]:
        """Ask for collections from what loans have prefunded, all loans unless some are given."""
        loans = loans or list(Loan.objects.filter(lane__in=self.lanes).order_by("pk"))
        wanted = [
            NewOperation(
                client_key=f"collect-{number}",
                kind=Kind.COLLECT,
                loan_id=loans[number % len(loans)].pk,
                amount=amount + number,
            )
            for number in itertools.islice(self.numbers, count)
        ]
        return self._accepted(wanted)

    def accept_collect(self, loan: Loan, amount: int) -> str:
        """Ask for one collection from one loan."""
        key = f"collect-{next(self.numbers)}"
        one = NewOperation(client_key=key, kind=Kind.COLLECT, loan_id=loan.pk, amount=amount)
        return self._accepted([one])[0]

    def _accepted(self, wanted: list[NewOperation]) -> list[str]:
        assert services.intake(operations=wanted).refused == ()
        self.operations |= {one.client_key: one for one in wanted}
        return [one.client_key for one in wanted]

    def accept_some(self) -> None:
        """Ask for a mixture that differs from seed to seed."""
        self.accept_calls(self.rng.randint(2, 5))
        self.accept_collects(self.rng.randint(4, 12))

    # ---- Driving -----------------------------------------------------------------------------

    def pump(self) -> None:
        """Ring every key that has something to send, in an order of the seed's."""
        waiting = services.signers_with_work()
        self.rng.shuffle(waiting)
        for signer_id in waiting:
            with contextlib.suppress(*SURVIVED):
                services.pump_signer(signer_id=signer_id, chain=self.chain)

    def confirm(self) -> None:
        with contextlib.suppress(*SURVIVED):
            services.confirm_batches(chain=self.chain, confirmations=settings.CHAIN_CONFIRMATIONS)
        if self.seed % TRACED_EVERY == 0:
            self.trace()

    def trace(self) -> None:
        """Note what the transactions touched that were mined since the last time.

        At once: of blocks further back the node no longer has the contracts.
        """
        mined = Batch.objects.filter(block_number__gte=self.first_block)
        fresh = list(mined.exclude(pk__in=self.traced).values_list("pk", "tx_hash"))
        touched = access_sets(self.real, [tx_hash for _, tx_hash in fresh])
        self.traced |= {pk: access for (pk, _), access in zip(fresh, touched, strict=True)}

    def undeclared(self) -> list[tuple[Batch, Batch]]:
        """Return the transactions that met in storage without having declared it."""
        batches = list(Batch.objects.filter(pk__in=self.traced).order_by("pk"))
        tables = [declared_by(batch) for batch in batches]
        met = undeclared([self.traced[batch.pk] for batch in batches], tables)
        return [(batches[one], batches[other]) for one, other in met]

    def read(self) -> None:
        with contextlib.suppress(*SURVIVED):
            services.read_chain(chain=self.chain, confirmations=settings.CHAIN_CONFIRMATIONS)

    def beat(self) -> None:
        """Ring every bell once. What a task may fail with, it survives: it is rung again."""
        self.pump()
        self.confirm()
        self.read()

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.real.rpc.request("evm_mine")

    def send_as(self, sender: str, to: str, data: str | bytes) -> None:
        """Let somebody else send a transaction, past the faults; it waits for the next block."""
        data = data if isinstance(data, str) else "0x" + data.hex()
        rpc = self.real.rpc
        rpc.request("anvil_setBalance", sender, hex(10**21))
        rpc.request("anvil_impersonateAccount", sender)
        rpc.request(
            "eth_sendTransaction",
            {"from": sender, "to": to, "data": data, "gas": hex(SENT_GAS)},
        )
        rpc.request("anvil_stopImpersonatingAccount", sender)

    def let_pass(self, seconds: int) -> None:
        """Let time pass for leases and for what waits to be sent again."""
        by = timedelta(seconds=seconds)
        Batch.objects.filter(status__in=OPEN).update(
            broadcast_at=F("broadcast_at") - by, sent_at=F("sent_at") - by
        )
        Signer.objects.update(lease_until=F("lease_until") - by)

    def beats(self, count: int, seconds: int = 7) -> None:
        """Let the engine run for a few blocks, faults and all."""
        for _ in range(count):
            self.beat()
            self.mine()
            self.let_pass(seconds)

    def drain(self) -> None:
        """End the faults and let the engine run until nothing is left to do."""
        self.node.be_honest()
        for _ in range(BEATS_TO_DRAIN):
            self.beat()
            if self.is_at_rest():
                return
            self.mine()
            self.let_pass(7)
        raise NotDrained(self.told_state())

    def is_at_rest(self) -> bool:
        return self.is_settled() and self.is_read()

    def is_settled(self) -> bool:
        """Tell whether all that was accepted is final or given up."""
        unfinished = (*OPEN, BatchStatus.MINED)
        waiting = Batch.objects.filter(status__in=unfinished).exists()
        return not waiting and not services.signers_with_work()

    def is_read(self) -> bool:
        """Tell whether the reader of events has come to the last block that is deep enough."""
        read = Cursor.objects.get(name=Cursor.READER).block_number
        return read >= self.real.head().number - settings.CHAIN_CONFIRMATIONS

    def told_state(self) -> str:
        rows = Batch.objects.exclude(status=BatchStatus.FINAL).order_by("pk")
        told = [f"{b.client_key}: {b.status}, nonce {b.nonce}, {b.error[:200]}" for b in rows]
        return "The queue did not drain:\n" + "\n".join(told)

    # ---- Dying -------------------------------------------------------------------------------

    def die_at(self, point: str, act: Callable[[], None] | None = None) -> None:
        """Let a process of its own act and die at a point, as by `kill -9`."""

        def act_until_then() -> None:
            failpoints.arm(point)
            (act or self.beat)()

        code = self.in_another_process(act_until_then)
        assert code == failpoints.KILLED, f"the point {point} was not reached: exit code {code}"

    def in_another_process(self, act: Callable[[], None]) -> int:
        """Let another process act, with connections of its own; return its exit code."""
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                vars(self).pop("chain", None)
                act()
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
