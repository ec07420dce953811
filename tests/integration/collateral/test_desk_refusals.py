"""A verifier who may not: its own asset, twice, another chain, too late, alone, a stale page."""

import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from collateral import services
from collateral.domain.classes import Role
from collateral.domain.verification import VerificationError
from collateral.errors import RegistrationError
from collateral.models import (
    Asset,
    Attestation,
    Evidence,
    RequestStatus,
    VerificationRequest,
    VerifierInterest,
)
from collateral.selectors.desk import conflict_of, document_pairs, likeness_hints
from settlement.models import Block
from tests.integration.collateral.conftest import NOW, OWNER

pytestmark = pytest.mark.django_db
YEAR = 366 * 86_400


def request_for(role=Role.TITLE):
    return VerificationRequest.objects.filter(role=role).order_by("-submission").first()


def message(request, verifier):
    return services.attestation_message(request_id=request.pk, verifier=verifier)


def hand_in(request, made, wallet):
    return services.submit_attestation(
        request_id=request.pk,
        message=made,
        signature="0x" + wallet.sign_typed_data(made).hex(),
        checklist=services.checklist_of(request),
    )


def refused(call, *arguments):
    with pytest.raises((VerificationError, RegistrationError)) as refusal:
        call(*arguments)
    return refusal.value.code


def test_its_own_asset(submitted_car, verifiers):
    Asset.objects.get().owner.__class__.objects.update(address=verifiers[0].address)

    assert refused(message, request_for(), verifiers[0]) == "CONFLICT_OF_INTEREST"


def test_an_asset_of_a_wallet_it_is_tied_to(submitted_car, verifiers):
    VerifierInterest.objects.create(verifier=verifiers[0], address=OWNER, note="same director")

    assert refused(message, request_for(), verifiers[0]) == "CONFLICT_OF_INTEREST"
    assert "owner or originator" in conflict_of(request_for(), verifiers[0])
    assert conflict_of(request_for(), verifiers[1]) == ""


def test_twice(submitted_car, verifiers, wallets):
    first, second = (message(request_for(), verifiers[0]) for _ in range(2))
    kept = hand_in(request_for(), first, wallets[0])

    again = hand_in(request_for(), first, wallets[0])

    assert again == kept
    assert refused(hand_in, request_for(), second, wallets[0]) == "ATTESTED_ALREADY"
    assert Attestation.objects.count() == 1


def test_another_chain(submitted_car, verifiers, wallets):
    made = message(request_for(), verifiers[0])
    made["domain"]["chainId"] = 1

    assert refused(hand_in, request_for(), made, wallets[0]) == "WRONG_CHAIN"


def test_another_chain_that_is_kept_quiet(submitted_car, verifiers, wallets):
    made = message(request_for(), verifiers[0])
    elsewhere = json.loads(json.dumps(made))
    elsewhere["domain"]["chainId"] = 1
    signature = "0x" + wallets[0].sign_typed_data(elsewhere).hex()

    with pytest.raises(VerificationError) as refusal:
        services.submit_attestation(request_id=request_for().pk, message=made, signature=signature)

    assert refusal.value.code == "INVALID_SIGNER"


def test_after_its_expiry(submitted_car, verifiers, wallets):
    made = message(request_for(), verifiers[0])
    Block.objects.create(number=2, hash="0x02", parent_hash="0x01", timestamp=NOW + YEAR)

    assert refused(hand_in, request_for(), made, wallets[0]) == "INVALID_VALIDITY"


def test_alone_in_two_roles(submitted_car, verifiers, wallets):
    hand_in(request_for(), message(request_for(), verifiers[0]), wallets[0])

    assert refused(message, request_for(Role.APPRAISAL), verifiers[0]) == "ONE_ROLE_EACH"
    assert services.queue_verified() == 0


def test_a_role_it_does_not_have(submitted_car, verifiers):
    verifiers[0].authorities.update(roles=int(Role.APPRAISAL))

    assert refused(message, request_for(), verifiers[0]) == "NOT_AUTHORISED"


def test_a_stale_page_after_the_evidence_changed(submitted_car, verifiers, wallets):
    stale = request_for()
    made = message(stale, verifiers[0])
    services.ask_for_more(
        request_id=request_for(Role.APPRAISAL).pk, verifier=verifiers[1], reason="No photograph."
    )
    services.attach_evidence(asset_id=submitted_car.pk, kind="Photo", content=b"described")
    services.submit_for_verification(asset_id=submitted_car.pk)

    assert refused(hand_in, stale, made, wallets[0]) == "REQUEST_CLOSED"
    assert refused(hand_in, request_for(), made, wallets[0]) == "EVIDENCE_MISMATCH"


def test_a_file_that_changed_since_it_was_handed_in(car, verifiers):
    services.attach_evidence(asset_id=car.pk, kind="Deed", content=b"the deed")
    services.submit_for_verification(asset_id=car.pk)
    evidence = Evidence.objects.get(kind="Deed")
    Path(default_storage.path(evidence.path)).write_bytes(b"forged")

    assert refused(check_evidence, car) == "EVIDENCE_MISMATCH"


def test_a_signature_that_arrives_after_a_file_changed(car, verifiers, wallets):
    services.attach_evidence(asset_id=car.pk, kind="Deed", content=b"the deed")
    services.submit_for_verification(asset_id=car.pk)
    made = message(request_for(), verifiers[0])
    path = Evidence.objects.get(kind="Deed").path
    Path(default_storage.path(path)).write_bytes(b"forged")

    assert refused(hand_in, request_for(), made, wallets[0]) == "EVIDENCE_MISMATCH"
    assert not Attestation.objects.exists()


def test_a_record_of_evidence_that_was_exchanged(car, verifiers):
    services.submit_for_verification(asset_id=car.pk)
    Evidence.objects.update(sha256="0x" + "ab" * 32)

    assert refused(check_evidence, car) == "EVIDENCE_MISMATCH"


def check_evidence(asset):
    asset.refresh_from_db()
    services.refuse_changed_evidence(asset=asset, submission=asset.submission)


def test_an_open_point_of_the_checklist(submitted_car, verifiers):
    request = services.claim_request(request_id=request_for().pk, verifier=verifiers[0])
    services.confirm_checks(request_id=request.pk, verifier=verifiers[0], points=[0, 1, 99])
    request.refresh_from_db()

    assert request.checked == [0, 1]
    assert refused(services.refuse_unchecked, request) == "CHECKLIST_OPEN"


def test_what_was_signed_stays_good_when_the_evidence_stays(submitted_car, verifiers, wallets):
    hand_in(request_for(), message(request_for(), verifiers[0]), wallets[0])
    services.reject_request(
        request_id=request_for(Role.APPRAISAL).pk, verifier=verifiers[1], reason="Wrong mileage."
    )

    services.submit_for_verification(asset_id=submitted_car.pk)

    statuses = VerificationRequest.objects.filter(submission=2).values_list("role", "status")
    assert dict(statuses) == {1: RequestStatus.ATTESTED, 2: RequestStatus.OPEN}


def test_what_was_signed_lapses_when_the_evidence_changes(submitted_car, verifiers, wallets):
    hand_in(request_for(), message(request_for(), verifiers[0]), wallets[0])
    services.ask_for_more(
        request_id=request_for(Role.APPRAISAL).pk, verifier=verifiers[1], reason="No photograph."
    )
    services.attach_evidence(asset_id=submitted_car.pk, kind="Photo", content=b"described")

    services.submit_for_verification(asset_id=submitted_car.pk)

    states = {pair.kind: pair.state for pair in document_pairs(request_for())}
    assert states == {"registration": "same", "Photo": "new"}
    assert request_for().status == RequestStatus.OPEN


def test_a_picture_used_for_another_asset_is_pointed_out(submitted_car, verifiers):
    other = services.register_asset(
        asset_class=submitted_car.asset_class,
        owner_address=OWNER,
        identifiers={"vin": {"vin": "1HGCM82633A004352"}},
        attributes={},
        jurisdiction="US",
    )
    kept = {"kind": "Front", "sha256": "0x", "salt": b"", "size": 1}
    mine = Evidence.objects.create(asset=submitted_car, image_hash=0x0F0F, **kept)
    Evidence.objects.create(asset=other, image_hash=0x0F0E, **kept)

    hints = likeness_hints(submitted_car, [mine])

    assert [hint.asset for hint in hints] == [other]
