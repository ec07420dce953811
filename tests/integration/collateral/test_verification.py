"""From the draft to the last signature, and everything on the way that is refused."""

import pytest

from collateral import services
from collateral.domain.classes import Role
from collateral.domain.verification import VerificationError
from collateral.errors import RegistrationError
from collateral.models import Asset, Attestation, VerificationRequest, VerifierAuthority
from tests.integration.collateral.conftest import NOW, OTHER_OWNER

pytestmark = pytest.mark.django_db
VALUE = 15_000_000_000


def request_of(asset, role):
    return VerificationRequest.objects.get(asset=asset, role=role)


def sign(request, verifier, wallet, value=0):
    """Build the message, sign it as a wallet does and submit it as the page does."""
    message = services.attestation_message(
        request_id=request.pk, verifier=verifier, value_units=value
    )
    signature = "0x" + wallet.sign_typed_data(message).hex()
    return services.submit_attestation(
        request_id=request.pk,
        message=message,
        signature=signature,
        checklist=services.checklist_of(request),
    )


def refused(call, **arguments):
    with pytest.raises(VerificationError) as refusal:
        call(**arguments)
    return refusal.value.code


def test_submitting_asks_every_role_of_the_class(car):
    asset = services.submit_for_verification(asset_id=car.pk)

    roles = set(asset.requests.values_list("role", flat=True))
    assert asset.status == "submitted"
    assert roles == {Role.TITLE, Role.APPRAISAL}
    assert asset.evidence_root.startswith("0x")
    assert set(asset.requests.values_list("evidence_root", flat=True)) == {asset.evidence_root}


def test_submitting_twice_is_refused_and_asks_nobody_twice(submitted_car):
    with pytest.raises(RegistrationError, match="waiting for verifiers"):
        services.submit_for_verification(asset_id=submitted_car.pk)

    assert submitted_car.requests.count() == 2


def test_a_draft_nobody_owns_cannot_be_submitted(car):
    Asset.objects.filter(pk=car.pk).update(owner=None)

    with pytest.raises(RegistrationError, match="has no owner"):
        services.submit_for_verification(asset_id=car.pk)


def test_a_flagged_vin_needs_an_inspection_too(car):
    Asset.objects.filter(pk=car.pk).update(flags=["VIN_CHECK_NOT_APPLICABLE"])

    asset = services.submit_for_verification(asset_id=car.pk)

    assert asset.requests.filter(role=Role.INSPECTION).exists()


def test_a_request_is_claimed_once_and_can_be_given_back(submitted_car, verifiers):
    request = request_of(submitted_car, Role.TITLE)
    services.claim_request(request_id=request.pk, verifier=verifiers[0])

    code = refused(services.claim_request, request_id=request.pk, verifier=verifiers[1])
    services.release_request(request_id=request.pk, verifier=verifiers[0])
    services.claim_request(request_id=request.pk, verifier=verifiers[1])

    request.refresh_from_db()
    assert code == "REQUEST_TAKEN"
    assert request.claimed_by == verifiers[1]


def test_claiming_again_changes_nothing(submitted_car, verifiers):
    request = request_of(submitted_car, Role.TITLE)

    first = services.claim_request(request_id=request.pk, verifier=verifiers[0])
    second = services.claim_request(request_id=request.pk, verifier=verifiers[0])

    assert first.status == second.status == "claimed"


def test_the_owner_cannot_claim_his_own_asset(submitted_car, verifiers, car):
    services.ensure_owner(address=verifiers[0].address)
    Asset.objects.filter(pk=car.pk).update(originator_address=verifiers[0].address)
    request = request_of(submitted_car, Role.TITLE)

    code = refused(services.claim_request, request_id=request.pk, verifier=verifiers[0])

    assert code == "CONFLICT_OF_INTEREST"


def test_a_verifier_without_the_role_cannot_claim(submitted_car, verifiers):
    VerifierAuthority.objects.filter(verifier=verifiers[0]).update(roles=int(Role.DEVICE))
    request = request_of(submitted_car, Role.TITLE)

    code = refused(services.claim_request, request_id=request.pk, verifier=verifiers[0])

    assert code == "NOT_AUTHORISED"


def test_signatures_of_all_roles_verify_the_asset(submitted_car, verifiers, wallets):
    title, appraisal = (request_of(submitted_car, r) for r in (Role.TITLE, Role.APPRAISAL))
    sign(title, verifiers[0], wallets[0])
    submitted_car.refresh_from_db()
    halfway = submitted_car.status

    attestation = sign(appraisal, verifiers[1], wallets[1], VALUE)

    submitted_car.refresh_from_db()
    assert halfway == "submitted"
    assert submitted_car.status == "verified"
    assert attestation.value_units == VALUE
    assert attestation.signed_at == NOW
    assert attestation.valid_until == NOW + 180 * 86_400


def test_the_message_is_that_of_eas_and_names_the_owner(submitted_car, verifiers):
    request = request_of(submitted_car, Role.TITLE)

    message = services.attestation_message(request_id=request.pk, verifier=verifiers[0])

    assert message["domain"]["name"] == "EAS Attestation"
    assert message["primaryType"] == "Attest"
    assert message["message"]["recipient"] == submitted_car.owner_address
    assert message["message"]["version"] == "2"


def test_a_signature_by_another_wallet_is_refused(submitted_car, verifiers, wallets):
    request = request_of(submitted_car, Role.TITLE)
    services.claim_request(request_id=request.pk, verifier=verifiers[0])
    message = services.attestation_message(request_id=request.pk, verifier=verifiers[0])

    code = refused(
        services.submit_attestation,
        request_id=request.pk,
        message=message,
        signature="0x" + wallets[1].sign_typed_data(message).hex(),
    )

    assert code == "REQUEST_TAKEN"
    assert Attestation.objects.count() == 0


@pytest.mark.parametrize(
    ("signature", "code"),
    [("0x1234", "INVALID_SIGNATURE"), ("zz", "MESSAGE_FORMAT"), ("", "INVALID_SIGNATURE")],
)
def test_what_is_no_signature_is_refused(submitted_car, verifiers, signature, code):
    request = request_of(submitted_car, Role.TITLE)
    message = services.attestation_message(request_id=request.pk, verifier=verifiers[0])

    found = refused(
        services.submit_attestation, request_id=request.pk, message=message, signature=signature
    )

    assert found == code


def test_a_signature_for_another_asset_is_refused(submitted_car, verifiers, wallets):
    other = services.register_asset(
        asset_class=submitted_car.asset_class,
        owner_address=OTHER_OWNER,
        identifiers={"vin": {"vin": "1G4AH59H45G118341"}},
        attributes={},
    )
    services.submit_for_verification(asset_id=other.pk)
    message = services.attestation_message(
        request_id=request_of(other, Role.TITLE).pk, verifier=verifiers[0]
    )

    code = refused(
        services.submit_attestation,
        request_id=request_of(submitted_car, Role.TITLE).pk,
        message=message,
        signature="0x" + wallets[0].sign_typed_data(message).hex(),
    )

    assert code == "EVIDENCE_MISMATCH"


def test_a_value_changed_after_signing_is_refused(submitted_car, verifiers, wallets):
    request = request_of(submitted_car, Role.APPRAISAL)
    message = services.attestation_message(
        request_id=request.pk, verifier=verifiers[0], value_units=VALUE
    )
    signature = "0x" + wallets[0].sign_typed_data(message).hex()
    data = bytearray.fromhex(message["message"]["data"][2:])
    data[7 * 32 + 31] ^= 1
    message["message"]["data"] = "0x" + data.hex()

    code = refused(
        services.submit_attestation, request_id=request.pk, message=message, signature=signature
    )

    assert code == "INVALID_SIGNER"


def test_one_firm_cannot_sign_two_roles(submitted_car, verifiers, wallets):
    sign(request_of(submitted_car, Role.TITLE), verifiers[0], wallets[0])

    code = refused(
        services.attestation_message,
        request_id=request_of(submitted_car, Role.APPRAISAL).pk,
        verifier=verifiers[0],
        value_units=VALUE,
    )

    assert code == "ONE_ROLE_EACH"


def test_a_title_does_not_attest_a_value(submitted_car, verifiers):
    code = refused(
        services.attestation_message,
        request_id=request_of(submitted_car, Role.TITLE).pk,
        verifier=verifiers[0],
        value_units=VALUE,
    )

    assert code == "VALUE_NOT_ASKED"


def test_many_statements_are_kept_at_once_and_again_changes_nothing(
    submitted_car, verifiers, wallets
):
    signed = []
    for role, verifier, wallet, value in (
        (Role.TITLE, verifiers[0], wallets[0], 0),
        (Role.APPRAISAL, verifiers[1], wallets[1], VALUE),
    ):
        values = {request_of(submitted_car, role).pk: value}
        for statement in services.attestation_messages(values=values, verifier=verifier):
            signature = wallet.sign_typed_data(statement.typed_data)
            signed.append(services.SignedStatement(statement=statement, signature=signature))

    first = services.submit_attestations(signed=signed)
    second = services.submit_attestations(signed=signed)

    submitted_car.refresh_from_db()
    assert (first, second) == (2, 0)
    assert submitted_car.status == "verified"


def test_a_batch_with_one_wrong_signature_keeps_none(submitted_car, verifiers, wallets):
    values = {request_of(submitted_car, Role.TITLE).pk: 0}
    statement = services.attestation_messages(values=values, verifier=verifiers[0])[0]
    wrong = services.SignedStatement(
        statement=statement, signature=wallets[2].sign_typed_data(statement.typed_data)
    )

    code = refused(services.submit_attestations, signed=[wrong])

    assert code == "INVALID_SIGNER"
    assert Attestation.objects.count() == 0


def test_a_rejection_tells_the_owner_why_and_the_asset_can_come_back(submitted_car, verifiers):
    request = request_of(submitted_car, Role.TITLE)

    services.reject_request(
        request_id=request.pk, verifier=verifiers[0], reason="The title names another owner."
    )
    submitted_car.refresh_from_db()
    rejected = submitted_car.status, submitted_car.status_reason
    again = services.submit_for_verification(asset_id=submitted_car.pk)

    assert rejected == ("rejected", "The title names another owner.")
    assert again.status == "submitted"
    assert again.requests.filter(status="open").count() == 2


def test_a_rejection_needs_a_reason(submitted_car, verifiers):
    request = request_of(submitted_car, Role.TITLE)

    code = refused(
        services.reject_request, request_id=request.pk, verifier=verifiers[0], reason=" no "
    )

    assert code == "REASON_NEEDED"


def test_a_rejected_request_cannot_be_signed(submitted_car, verifiers, wallets):
    request = request_of(submitted_car, Role.TITLE)
    message = services.attestation_message(request_id=request.pk, verifier=verifiers[0])
    services.reject_request(
        request_id=request.pk, verifier=verifiers[0], reason="The title names another owner."
    )

    code = refused(
        services.submit_attestation,
        request_id=request.pk,
        message=message,
        signature="0x" + wallets[0].sign_typed_data(message).hex(),
    )

    assert code == "REQUEST_CLOSED"
