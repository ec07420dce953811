"""Proposals, votes and holders, as the governor and its token tell them."""

import pytest

from contracts.abi import decode_arguments, encode_call
from contracts.deployment_record import Deployment
from contracts.types import Event
from governance.domain.voting import Standing, Support
from governance.errors import GovernanceRefused
from governance.models import Proposal, VoteHolder
from governance.selectors import (
    cancel_call,
    decoded_calls,
    delegate_call,
    execute_call,
    queue_call,
    vote_call,
)
from settlement.projection import project

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000
ADA, BEN, NOBODY = "0x" + "a1" * 20, "0x" + "b2" * 20, "0x" + "00" * 20
TERMS, GOVERNOR, TOKEN = "0x" + "51" * 20, "0x" + "61" * 20, "0x" + "71" * 20
VOTES = 10**18
NUMBER = 2**255 + 7


@pytest.fixture(autouse=True)
def _deployment(settings, tmp_path):
    settings.DEPLOYMENT_FILE = tmp_path / "deployment.json"
    names = {"LoanBook": TERMS, "BallastGovernor": GOVERNOR, "BallastToken": TOKEN}
    Deployment(31_337, "0x" + "0" * 64, 1, names, (), {}).save(settings.DEPLOYMENT_FILE)


def tell(contract: str, name: str, *, at: int = NOW, **args) -> None:
    project(
        [
            Event(
                name=name,
                contract=contract,
                address=GOVERNOR,
                args=args,
                block_number=1,
                block_hash="0x",
                tx_hash="0x" + "c" * 64,
                log_index=0,
                block_time=at,
            )
        ]
    )


def propose(reason="Turn the till of lane 3") -> Proposal:
    tell("BallastGovernor", "QuorumNumeratorUpdated", oldQuorumNumerator=0, newQuorumNumerator=4)
    tell(
        "BallastGovernor",
        "ProposalCreated",
        proposalId=NUMBER,
        proposer=ADA,
        targets=[TERMS],
        values=[0],
        signatures=[""],
        calldatas=["0x" + encode_call("LoanBook", "turnTill", [3]).hex()],
        voteStart=NOW + 100,
        voteEnd=NOW + 200,
        description=reason,
    )
    return Proposal.objects.get(number=NUMBER)


def vote(voter: str, support: Support, votes: int, reason: str = "") -> None:
    weight = votes * VOTES
    cast = {"voter": voter, "proposalId": NUMBER, "support": int(support)}
    tell("BallastGovernor", "VoteCast", at=NOW + 150, weight=weight, reason=reason, **cast)


def refusal(act, **given) -> str:
    with pytest.raises(GovernanceRefused) as refused:
        act(**given)
    return refused.value.code


def test_votes_add_up_and_the_quorum_is_that_of_the_votes_begin():
    proposal = propose()
    tell(
        "BallastGovernor",
        "QuorumNumeratorUpdated",
        at=NOW + 101,
        oldQuorumNumerator=4,
        newQuorumNumerator=9,
    )

    vote(ADA, Support.FOR, 3_999_999)
    vote(BEN, Support.ABSTAIN, 1)

    proposal.refresh_from_db()
    assert proposal.quorum == 4_000_000 * VOTES
    assert proposal.ballot.standing(NOW + 201) == Standing.SUCCEEDED
    assert [one.voter for one in proposal.votes.all()] == [ADA, BEN]


def test_it_is_queued_and_executed_or_taken_back():
    proposal = propose()
    tell("BallastGovernor", "ProposalQueued", proposalId=NUMBER, etaSeconds=NOW + 500)
    tell("BallastGovernor", "ProposalExecuted", at=NOW + 501, proposalId=NUMBER)

    proposal.refresh_from_db()
    assert (proposal.executable_from, proposal.executed_at) == (NOW + 500, NOW + 501)
    tell("BallastGovernor", "ProposalCanceled", at=NOW + 502, proposalId=NUMBER)
    proposal.refresh_from_db()
    assert proposal.canceled_at == NOW + 502


def test_a_holders_tokens_voice_and_votes_are_followed():
    tell("BallastToken", "Transfer", **{"from": NOBODY, "to": ADA, "value": 10 * VOTES})
    tell("BallastToken", "Transfer", **{"from": ADA, "to": BEN, "value": 4 * VOTES})
    tell("BallastToken", "DelegateChanged", delegator=BEN, fromDelegate=NOBODY, toDelegate=ADA)
    tell("BallastToken", "DelegateVotesChanged", delegate=ADA, previousVotes=0, newVotes=4 * VOTES)

    ada, ben = VoteHolder.objects.get(pk=ADA), VoteHolder.objects.get(pk=BEN)

    assert (ada.balance, ada.votes, ada.delegate) == (6 * VOTES, 4 * VOTES, "")
    assert (ben.balance, ben.votes, ben.delegate) == (4 * VOTES, 0, ADA)
    assert not VoteHolder.objects.filter(pk=NOBODY).exists()


def test_what_a_proposal_calls_is_told_by_contract_function_and_arguments():
    (call,) = decoded_calls(propose())

    assert (call.contract, call.function, call.arguments) == ("LoanBook", "turnTill", {"laneId": 3})


def test_a_call_of_a_stranger_or_of_no_function_is_shown_as_it_is():
    proposal = propose()
    strange = "0x" + "99" * 20
    proposal.targets = [strange, TERMS, TERMS]
    proposal.calls = ["0x", "0xdeadbeef", proposal.calls[0][:12]]

    shown = [(one.contract, one.function) for one in decoded_calls(proposal)]

    assert shown == [(strange, ""), ("LoanBook", ""), ("LoanBook", "")]


def test_a_vote_is_cast_once_and_in_its_time():
    proposal = propose()
    given = {"proposal": proposal, "voter": ADA, "support": Support.FOR, "reason": " Good. "}

    _, ((contract, function, arguments),) = vote_call(**given, now=NOW + 101)
    vote(ADA, Support.FOR, 1)

    assert (contract, function, arguments[1:]) == (
        "BallastGovernor",
        "castVoteWithReason",
        [1, "Good."],
    )
    assert refusal(vote_call, **given, now=NOW + 101) == "voted_already"
    assert refusal(vote_call, **given, now=NOW + 100) == "wrong_standing"
    assert refusal(vote_call, **given, now=NOW + 201) == "wrong_standing"


def test_the_stations_of_a_proposal_are_refused_out_of_turn():
    proposal = propose()
    proposal.votes_for = proposal.quorum

    assert cancel_call(proposal=proposal, now=NOW)
    assert refusal(cancel_call, proposal=proposal, now=NOW + 101) == "wrong_standing"
    assert refusal(queue_call, proposal=proposal, now=NOW + 200) == "wrong_standing"
    assert queue_call(proposal=proposal, now=NOW + 201)
    assert refusal(execute_call, proposal=proposal, now=NOW + 201) == "wrong_standing"
    proposal.executable_from = NOW + 500
    assert refusal(execute_call, proposal=proposal, now=NOW + 499) == "delay_running"
    assert execute_call(proposal=proposal, now=NOW + 500)


def test_the_governor_knows_a_proposal_by_the_hash_of_its_reason():
    proposal = propose(reason="Größer")
    proposal.votes_for = proposal.quorum

    _, ((_, _, arguments),) = queue_call(proposal=proposal, now=NOW + 201)

    data = encode_call("BallastGovernor", "queue", arguments)
    given = decode_arguments("BallastGovernor", "queue", data)
    assert given["targets"] == [proposal.targets[0]]
    assert len(given["descriptionHash"]) == 32


def test_a_reason_that_is_no_text_cannot_be_hashed_here():
    proposal = propose(reason="\ufffd\ufffd")

    assert refusal(cancel_call, proposal=proposal, now=NOW) == "reason_unreadable"


def test_a_delegation_names_the_one_who_votes():
    _, calls = delegate_call(holder=ADA, to=BEN)

    assert calls == [("BallastToken", "delegate", [BEN])]
