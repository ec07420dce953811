"""The demo's way of deciding something: proposal, vote, timelock, execution."""

from pathlib import Path

import pytest
from django.conf import settings

from config.demo.actors import Cast, give_native
from config.demo.progress import Progress
from config.demo.stage import Stage
from config.demo.steps.governing import PROPOSAL_GAS, Proposal, Standing, enact
from tests.chain.contracts.sending import send

CAR = 2
LOWER_CAP = 1_000_000


class ChainClock:
    """Moves the chain's time; nobody reads along."""

    def __init__(self, chain):
        self.chain = chain

    def now(self):
        return self.chain.head().timestamp

    def advance_to(self, moment):
        if self.now() < moment:
            self.chain.rpc.request("evm_setNextBlockTimestamp", hex(moment))
            self.chain.rpc.request("evm_mine")


@pytest.fixture
def stage(chain, tmp_path: Path):
    cast = Cast(mnemonic=settings.RELAYER_MNEMONIC, owners=1)
    give_native(chain, [cast.governor])
    clock = ChainClock(chain)
    clock.advance_to(clock.now() + 10)
    return Stage(
        chain=chain,
        clock=clock,
        cast=cast,
        progress=Progress(path=tmp_path / "demo.json", portfolio=""),
        portfolio=tmp_path,
        say=lambda text: None,
    )


def lower_the_cap(stage):
    call = stage.chain.encode("RiskTerms", "setCap", CAR, LOWER_CAP)
    return Proposal([stage.chain.address("RiskTerms")], [call], "Lower the cap of cars")


def sent(stage):
    return stage.chain.transaction_count(stage.cast.governor.address)


def test_a_proposal_is_taken_to_its_execution_and_waits_for_the_timelock(stage):
    begun = stage.clock.now()

    enact(stage, lower_the_cap(stage))

    delays = ("votingDelay", "votingPeriod")
    least = sum(stage.chain.call("BallastGovernor", name) for name in delays)
    assert stage.chain.call("RiskTerms", "capOf", CAR) == LOWER_CAP
    assert stage.clock.now() > begun + least + stage.chain.call("BallastTimelock", "getMinDelay")


def test_what_is_enacted_already_is_left_alone(stage):
    enact(stage, lower_the_cap(stage))
    before = sent(stage)

    enact(stage, lower_the_cap(stage))
    enact(stage, Proposal([], [], "Nothing"))

    assert sent(stage) == before


def test_an_interrupted_proposal_goes_on_where_it_stood(stage):
    proposal = lower_the_cap(stage)
    arguments = ("BallastGovernor", "propose", *proposal.named)
    assert send(stage.chain, stage.cast.governor, *arguments, gas=PROPOSAL_GAS).succeeded
    before = sent(stage)

    enact(stage, proposal)

    number = stage.chain.call("BallastGovernor", "getProposalId", *proposal.hashed)
    assert stage.chain.call("BallastGovernor", "state", number) == Standing.EXECUTED
    assert sent(stage) == before + len(("vote", "queue", "execute"))
