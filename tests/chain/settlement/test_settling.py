"""Operations from intake to their result bits, on the real loan book."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from config.stack import rpc
from contracts.client import Chain
from contracts.deployment import deploy_if_needed
from contracts.domain.words import Kind, Result, striped
from settlement import directory, projection, services
from settlement.domain.outcomes import OperationStatus
from settlement.models import Batch, BatchStatus, EventLog, Operation
from settlement.selectors import operation_statuses, parcel_statuses
from settlement.services import NewOperation, NewParcel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)


@pytest.fixture
def chain(anvil_snapshot: str, tmp_path: Path) -> Chain:
    """A chain with all contracts, which mines each transaction at once."""
    rpc.call(anvil_snapshot, "evm_setAutomine", True)
    deployment = deploy_if_needed(anvil_snapshot, tmp_path / "deployment.json")
    deployment.save(Path(settings.DEPLOYMENT_FILE))
    return Chain(anvil_snapshot, deployment)


@pytest.fixture
def settled():
    """Words with their results, as a projection gets them."""
    words = []

    def handler(event):
        words.extend(projection.settled_words(event))

    projection.register("LoanBook", "BatchSettled", handler)
    yield words
    projection.unregister("LoanBook", "BatchSettled", handler)


def collect(lane, count):
    return [
        NewOperation(
            client_key=f"{lane}:{index}",
            kind=Kind.COLLECT,
            loan_id=striped(lane, 1 + index % 5),
            amount=2_000_000,
        )
        for index in range(count)
    ]


@pytest.fixture(autouse=True)
def loans():
    """Every loan may exist: whether it does is judged by the chain."""

    def known(loan_ids):
        return {}

    directory.register_loans(known)
    yield
    directory.unregister_loans(known)


def settle(chain):
    for signer_id in services.signers_with_work():
        services.pump_signer(signer_id=signer_id, chain=chain)
    chain.rpc.request("evm_mine")
    services.confirm_batches(chain=chain)
    services.read_chain(chain=chain, confirmations=0)


def test_operations_on_loans_that_do_not_exist_fail_one_by_one(chain, settled):
    services.intake(operations=[*collect(1, 7), *collect(2, 3)])

    settle(chain)

    batches = list(Batch.objects.order_by("lane"))
    assert [batch.status for batch in batches] == [BatchStatus.FINAL] * 2
    assert [(batch.applied, batch.failed) for batch in batches] == [(0, 7), (0, 3)]
    assert len(settled) == 10
    assert {result for _, result in settled} == {Result.FAILED}
    assert EventLog.objects.filter(name="OperationFailed").count() == 10
    assert set(operation_statuses(Operation.objects.all()).values()) == {OperationStatus.FAILED}


def test_parcels_and_rows_of_a_lane_are_settled_in_the_order_of_arrival(chain, settled):
    parcels = [
        NewParcel(
            client_key=f"parcel {lane}",
            lane=lane,
            kind=Kind.COLLECT,
            loan_numbers=np.arange(1, 1_001, dtype=np.int64),
            amounts=np.full(1_000, 2_000_000, dtype=np.int64),
        )
        for lane in (1, 2)
    ]
    services.intake(operations=collect(1, 2))
    services.intake_parcels(parcels=parcels)
    services.intake(operations=[each for each in collect(1, 5) if each.client_key > "1:1"])

    while services.signers_with_work():
        settle(chain)

    assert parcel_statuses("parcel 1") == [OperationStatus.FAILED] * 1_000
    assert parcel_statuses("parcel 2") == [OperationStatus.FAILED] * 1_000
    assert set(operation_statuses(Operation.objects.all()).values()) == {OperationStatus.FAILED}
    assert len(settled) == 2_005
    firsts = Batch.objects.filter(lane=1).order_by("nonce").values_list("first_number", flat=True)
    assert list(firsts) == sorted(firsts)


def test_a_batch_that_is_sent_twice_is_skipped_the_second_time(chain, settled):
    services.intake(operations=collect(1, 4))
    settle(chain)
    Batch.objects.update(status=BatchStatus.REVERTED)

    services.retry(Batch.objects.get())
    settle(chain)

    again = Batch.objects.order_by("-pk").first()
    assert (again.status, again.skipped, again.failed) == (BatchStatus.FINAL, 4, 0)


def test_two_hundred_operations_fit_into_the_gas_that_a_batch_is_given(chain, settled):
    services.intake(operations=collect(3, 200))

    settle(chain)

    batch = Batch.objects.get()
    assert (batch.status, batch.failed) == (BatchStatus.FINAL, 200)
    assert batch.gas_used < batch.gas_limit


def test_the_chain_remembers_the_result_of_each_operation(chain):
    services.intake(operations=collect(1, 2))

    settle(chain)

    results = [chain.call("LoanBook", "resultOf", striped(1, number)) for number in (1, 2, 3)]
    assert results == [Result.FAILED, Result.FAILED, Result.NONE]
