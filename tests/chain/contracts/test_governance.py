"""Who governs the deployed contracts: votes through the timelock, and the guardian a little."""

import re

import pytest
from django.conf import settings
from eth_utils.crypto import keccak

from config.paths import ROOT
from contracts.artifacts import artifact
from contracts.errors import CallReverted
from contracts.genesis import class_terms, load_genesis
from contracts.wallet import development_wallet
from tests.chain.contracts.sending import send

GUARDED = {("ValuationOracle", "void"), ("ValuationOracle", "pause"), ("ValuationOracle", "resume")}
GOVERNED = (
    "AssetRegistry",
    "LendingPool",
    "LoanBook",
    "RiskTerms",
    "ValuationOracle",
    "VerifierRegistry",
)
PARENTS = {
    "AssetRegistry": ("Attestations", "AssetRegistry"),
    "LendingPool": ("Tranches", "Lenders", "Reservations", "LendingPool"),
    "ValuationOracle": ("Reporters", "ValuationOracle"),
    "VerifierRegistry": ("VerifierBonds", "VerifierRegistry"),
}
RESTRICTED = re.compile(r"function (\w+)\([^{;]*?\)[^{;]*?\brestricted\b[^{;]*?\{")
DAY_S = 86_400
FOR = 1


def address(purpose):
    return development_wallet(settings.RELAYER_MNEMONIC, purpose).address


def selector(function):
    kinds = ",".join(kind(one) for one in function["inputs"])
    return keccak(text=f"{function['name']}({kinds})")[:4]


def kind(parameter):
    if not parameter["type"].startswith("tuple"):
        return parameter["type"]
    inner = ",".join(kind(one) for one in parameter["components"])
    return f"({inner}){parameter['type'].removeprefix('tuple')}"


def changing():
    """Yield each function of a governed contract that may change something, by name."""
    for contract in GOVERNED:
        for one in artifact(contract).abi:
            if one["type"] == "function" and one["stateMutability"] not in ("view", "pure"):
                yield contract, one


def restricted():
    """Return the functions that their sources call restricted."""
    return {
        (contract, name)
        for contract in GOVERNED
        for part in PARENTS.get(contract, (contract,))
        for name in RESTRICTED.findall((ROOT / f"contracts/src/{part}.sol").read_text())
    }


def permitted(chain, caller):
    """Return the restricted functions that the manager lets a caller call at once."""
    functions = list(changing())
    answers = chain.calls(
        [
            ("AccessManager", "canCall", (caller, chain.address(contract), selector(function)))
            for contract, function in functions
        ]
    )
    named = {
        (contract, function["name"])
        for (contract, function), (immediate, _) in zip(functions, answers, strict=True)
        if immediate
    }
    return named & restricted()


# @custom:invariant I-32
def test_i_32_the_guardian_can_pause_and_void_and_nothing_else(chain):
    assert permitted(chain, address("guardian")) == GUARDED


# @custom:invariant I-32
def test_i_32_the_timelock_governs_everything_else(chain):
    assert permitted(chain, chain.address("BallastTimelock")) == restricted() - GUARDED
    assert len(restricted()) > len(GUARDED)


# @custom:invariant I-32
@pytest.mark.parametrize("purpose", ["governor", "relayer", "lane", "reporter", "verifier"])
def test_i_32_nobody_else_can_do_anything_restricted(chain, purpose):
    assert permitted(chain, address(purpose)) == set()


# @custom:invariant G1
def test_the_timelock_alone_is_admin_and_outlasts_two_epochs(chain):
    holders = [
        chain.call("AccessManager", "hasRole", 0, one)[0]
        for one in (chain.address("BallastTimelock"), address("governor"), address("guardian"))
    ]

    assert holders == [True, False, False]
    assert chain.call("BallastTimelock", "getMinDelay") > 2 * load_genesis()["pool"]["epoch_s"]


# @custom:invariant V3b
def test_every_reporter_is_bonded(chain):
    genesis = load_genesis()["oracle"]

    bonds = [
        chain.call("ValuationOracle", "bondOf", one)
        for one in chain.call("ValuationOracle", "reporters")
    ]

    assert bonds == [genesis["bond_units"]] * genesis["reporters"]


def test_terms_change_by_vote_after_the_delay_and_not_before(chain):
    holder = development_wallet(settings.RELAYER_MNEMONIC, "governor")
    terms = class_terms(load_genesis()["classes"][0]["terms"]) | {"lateFeeBps": 200}
    call = chain.encode("RiskTerms", "setTerms", 1, terms)
    proposal = ([chain.address("RiskTerms")], [0], [call])
    hashed = (*proposal, keccak(text="Lower the late fee"))

    def act(function, *arguments):
        return send(chain, holder, "BallastGovernor", function, *arguments, gas=2_000_000)

    # Votes count as of the second before.
    wait(chain, 1)
    assert act("propose", *proposal, "Lower the late fee").succeeded
    number = chain.call("BallastGovernor", "getProposalId", *hashed)
    wait(chain, chain.call("BallastGovernor", "votingDelay") + 1)
    assert act("castVote", number, FOR).succeeded
    wait(chain, chain.call("BallastGovernor", "votingPeriod") + 1)
    assert act("queue", *hashed).succeeded
    wait(chain, chain.call("BallastTimelock", "getMinDelay") - 60)
    early = act("execute", *hashed)
    wait(chain, 60)
    assert act("execute", *hashed).succeeded

    assert not early.succeeded
    assert chain.call("RiskTerms", "termsOf", 1) == terms


# @custom:invariant C5b
def test_the_guardian_pauses_minting_borrowing_and_auction_starts_only(chain):
    send(
        chain,
        development_wallet(settings.RELAYER_MNEMONIC, "guardian"),
        "ValuationOracle",
        "pause",
    )

    refused = [refusal(chain, *call) for call in paused_calls(chain)]
    others = [refusal(chain, *call) for call in other_calls(chain)]

    assert refused == ["ProtocolIsPaused"] * 4
    assert others == ["LoanNotFound"] * 5 + ["NoAuction"] * 3


def paused_calls(chain):
    nobody, none = "0x" + "00" * 20, b"\x00" * 32
    terms = {
        "borrower": nobody, "lane": 0, "principal": 1, "limit": 1, "maxRateBps": 1, "schedule": 0,
        "instalments": 1, "interval": 1, "assets": [], "lrt": nobody, "lrtAmount": 0,
        "nonce": 1, "deadline": 1,
    }  # fmt: skip
    request = {
        "owner": nobody, "originator": nobody, "classId": 1, "anchors": [],
        "identityCommitment": none, "evidenceRoot": none, "attestations": [],
    }  # fmt: skip
    return [
        ("LoanBook", "open", terms, b"", []),
        ("AuctionHouse", "open", 1, [], []),
        ("AssetRegistry", "mint", request),
        ("AssetRegistry", "mintBatch", [request]),
    ]


def other_calls(chain):
    return [
        ("LoanBook", "repay", 1, 1),
        ("LoanBook", "prefund", 1, 1),
        ("LoanBook", "topUp", 1, 1, []),
        ("LoanBook", "cure", 1, 1, [], []),
        ("LoanBook", "close", 1, []),
        ("AuctionHouse", "buy", 1, 1, []),
        ("AuctionHouse", "buyWithCallback", 1, 1, b"", []),
        ("AuctionHouse", "takeForReserve", 1, []),
    ]


def refusal(chain, contract, function, *arguments):
    data = chain.encode(contract, function, *arguments)
    with pytest.raises(CallReverted) as refused:
        chain.simulate(chain.address(contract), data, address("relayer"))
    return refused.value.error


def wait(chain, seconds):
    chain.rpc.request("evm_increaseTime", hex(seconds))
    chain.rpc.request("evm_mine")
