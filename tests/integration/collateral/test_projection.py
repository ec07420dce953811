"""What the registries say on chain is what our rows say."""

from dataclasses import replace

import pytest

from collateral.models import (
    Asset,
    Attestation,
    Challenge,
    VerificationRequest,
    Verifier,
    VerifierAuthority,
)
from contracts.types import Event
from settlement import projection as step
from settlement.projection import project
from tests.integration.collateral.conftest import NOW, OTHER_OWNER, OWNER

pytestmark = pytest.mark.django_db
LANE = "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"


def event(name, contract="AssetRegistry", **args):
    return Event(
        name=name,
        contract=contract,
        address="0x" + "2" * 40,
        args=args,
        block_number=7,
        block_hash="0x07",
        tx_hash="0x08",
        log_index=0,
        block_time=NOW,
    )


def told(name, **args):
    """Let the verifier registry say something of one verifier."""
    project([event(name, "VerifierRegistry", verifier=OTHER_OWNER, **args)])


def minted(asset, **changes):
    args = {
        "tokenId": int(asset.anchor, 16),
        "owner": OWNER,
        "classId": asset.class_id,
        "appraisalCap": 15_000_000_000,
        "attestedAt": NOW - 10,
        "validUntil": NOW + 100,
        "evidenceRoot": asset.evidence_root,
    }
    project([event("AssetMinted", **(args | changes))])
    asset.refresh_from_db()


def test_a_mint_gives_the_asset_its_token_cap_and_validity(submitted_car):
    minted(submitted_car)

    assert submitted_car.status == "minted"
    assert submitted_car.token_id == int(submitted_car.anchor, 16)
    assert submitted_car.appraisal_cap_units == 15_000_000_000
    assert (submitted_car.attested_at, submitted_car.valid_until) == (NOW - 10, NOW + 100)
    assert submitted_car.holder_address == OWNER


def test_a_mint_of_something_unknown_changes_nothing(submitted_car):
    minted(submitted_car, tokenId=12345)

    assert submitted_car.status == "submitted"


def test_a_pledge_and_its_end_follow_the_lock(submitted_car):
    minted(submitted_car)
    token = submitted_car.token_id

    project([event("Transfer", **{"from": OWNER, "to": LANE, "tokenId": token})])
    project([event("Locked", tokenId=token)])
    submitted_car.refresh_from_db()
    pledged = submitted_car.status, submitted_car.holder_address
    project([event("Transfer", **{"from": LANE, "to": OWNER, "tokenId": token})])
    project([event("Unlocked", tokenId=token)])
    submitted_car.refresh_from_db()

    assert pledged == ("pledged", LANE)
    assert (submitted_car.status, submitted_car.holder_address) == ("minted", OWNER)


@pytest.mark.parametrize("portion", [1, 1_000])
def test_what_one_step_tells_of_a_token_holds_in_its_order(submitted_car, monkeypatch, portion):
    monkeypatch.setattr(step, "PORTION", portion)
    token = int(submitted_car.anchor, 16)
    facts = {"appraisalCap": 1, "attestedAt": NOW, "validUntil": NOW + 1}
    told_of_it = [
        event("Transfer", **{"from": "0x" + "00" * 20, "to": OWNER, "tokenId": token}),
        event("AssetMinted", tokenId=token, owner=OWNER, **facts),
        event("Locked", tokenId=token),
        event("Transfer", **{"from": OWNER, "to": LANE, "tokenId": token}),
        event("Unlocked", tokenId=token),
        event("AssetStatusChanged", tokenId=token, status=2),
        event("Locked", tokenId=token),
    ]

    project([replace(each, log_index=place) for place, each in enumerate(told_of_it)])

    submitted_car.refresh_from_db()
    assert (submitted_car.status, submitted_car.holder_address) == ("frozen", LANE)
    assert [change.kind for change in submitted_car.changes.order_by("id")][-2:] == [
        "minted",
        "status",
    ]


@pytest.mark.parametrize(("code", "status"), [(2, "frozen"), (3, "revoked"), (1, "minted")])
def test_a_change_of_status_is_followed(submitted_car, code, status):
    minted(submitted_car)

    project([event("AssetStatusChanged", tokenId=submitted_car.token_id, status=code)])

    submitted_car.refresh_from_db()
    assert submitted_car.status == status


def test_a_refused_mint_says_so(submitted_car):
    Asset.objects.filter(pk=submitted_car.pk).update(status="minting")

    project([event("MintFailed", tokenId=int(submitted_car.anchor, 16), reason="0xdeadbeef")])

    submitted_car.refresh_from_db()
    assert submitted_car.status == "mint_failed"
    assert "0xdeadbeef" in submitted_car.status_reason


def test_a_late_refusal_does_not_undo_a_mint(submitted_car):
    minted(submitted_car)

    project([event("MintFailed", tokenId=submitted_car.token_id, reason="0x00")])

    submitted_car.refresh_from_db()
    assert submitted_car.status == "minted"


def test_a_spent_attestation_is_marked(submitted_car, verifiers):
    attestation = Attestation.objects.create(
        request=VerificationRequest.objects.filter(asset=submitted_car).first(),
        verifier=verifiers[0],
        message={},
        uid="0x" + "ab" * 32,
        signature="0x",
        salt="0x",
        signed_at=NOW,
        observed_at=NOW,
        valid_until=NOW + 1,
    )

    project([event("AttestationSpent", uid="0x" + "ab" * 32)])

    attestation.refresh_from_db()
    assert attestation.spent


def test_authority_and_bond_follow_the_verifier_registry():
    registry = "VerifierRegistry"

    project([event("VerifierSet", registry, verifier=OTHER_OWNER, classId=2, roles=3)])
    project([event("VerifierSet", registry, verifier=OTHER_OWNER, classId=2, roles=1)])
    told("BondDeposited", amount=500)
    told("BondSlashed", amount=200, lrtAmount=0, fromUnbonding=0, lrtFromUnbonding=0)

    verifier = Verifier.objects.get(address=OTHER_OWNER)
    grant = VerifierAuthority.objects.get(verifier=verifier)
    assert verifier.bond_units == 300
    assert (grant.class_id, grant.roles) == (2, 1)


def test_what_is_at_stake_follows_every_way_in_and_out():
    told("BondDeposited", amount=500)
    told("LrtBondDeposited", token=LANE, lrtAmount=90)
    told("UnbondingStarted", amount=300, lrtAmount=60, readyAt=NOW + 9)
    told("BondSlashed", amount=250, lrtAmount=40, fromUnbonding=50, lrtFromUnbonding=10)
    told("BondWithdrawn", amount=250, lrtAmount=50)
    told("ExposureTaken", week=2_900, committed=70)
    told("ExposureTaken", week=2_901, committed=30)
    told("ExposureReleased", week=2_900, committed=70)

    verifier = Verifier.objects.get(address=OTHER_OWNER)
    assert (verifier.bond_units, verifier.unbonding_units) == (0, 0)
    assert (verifier.lrt_bond_wei, verifier.lrt_unbonding_wei) == (0, 0)
    assert (verifier.lrt_address, verifier.committed_units) == (LANE, 30)
    assert verifier.unbonding_ready_at == NOW + 9
    weeks = verifier.exposures.order_by("week").values_list("week", "committed_units")
    assert list(weeks) == [(2_900, 0), (2_901, 30)]


@pytest.mark.parametrize(
    ("ruling", "status"),
    [
        ("ChallengeUpheld", "upheld"),
        ("ChallengeDismissed", "dismissed"),
        ("ChallengeLapsed", "lapsed"),
    ],
)
def test_a_challenge_follows_its_ruling(ruling, status):
    uid = "0x" + "ab" * 32
    doubt = {"challenger": OWNER, "bond": 40, "evidenceHash": "0x" + "cd" * 32}

    told("ChallengeOpened", uid=uid, **doubt)
    opened = Challenge.objects.get(uid=uid).status
    told(ruling, uid=uid)
    told("ChallengeOpened", uid=uid, **doubt)

    assert opened == "open"
    assert sorted(Challenge.objects.values_list("status", flat=True)) == sorted([status, "open"])


def test_a_fresh_quorum_renews_cap_and_validity(submitted_car):
    minted(submitted_car)

    project(
        [
            event(
                "AssetReattested",
                tokenId=submitted_car.token_id,
                appraisalCap=9,
                attestedAt=NOW + 5,
                validUntil=NOW + 500,
            )
        ]
    )

    submitted_car.refresh_from_db()
    assert submitted_car.appraisal_cap_units == 9
    assert (submitted_car.attested_at, submitted_car.valid_until) == (NOW + 5, NOW + 500)


def test_an_attestation_taken_back_ends_the_validity(submitted_car, verifiers):
    minted(submitted_car)
    attestation = Attestation.objects.create(
        request=VerificationRequest.objects.filter(asset=submitted_car).first(),
        verifier=verifiers[0],
        message={},
        uid="0x" + "ef" * 32,
        signature="0x",
        salt="0x",
        signed_at=NOW,
        observed_at=NOW,
        valid_until=NOW + 1,
    )
    token = submitted_car.token_id

    project([event("AttestationRevoked", tokenId=token, attester=OWNER, uid=attestation.uid)])
    project([event("AssetExpired", tokenId=token, validUntil=NOW + 3)])

    attestation.refresh_from_db()
    submitted_car.refresh_from_db()
    assert attestation.revoked
    assert submitted_car.valid_until == NOW + 3
