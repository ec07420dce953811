"""Who may not attest is refused by the desk and by the API alike, with the reason.

The contract's refusals of the same seven are in `contracts/test/AssetRegistryMint.t.sol`.
"""

import json
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from collateral import services
from collateral.domain.classes import Role
from collateral.models import Asset, Attestation, VerificationRequest, VerifierAuthority
from settlement.models import Block
from tests.integration.collateral.conftest import (
    NOW,
    car,
    chain_now,
    submitted_car,
    verifiers,
    wallets,
)
from tests.integration.portal.test_verifiers import named

__all__ = ["car", "chain_now", "named", "submitted_car", "verifiers", "wallets"]
pytestmark = pytest.mark.django_db
YEAR_S = 366 * 86_400


def asked(role=Role.TITLE):
    return VerificationRequest.objects.get(role=role, submission=1)


def message(request, verifier):
    return services.attestation_message(request_id=request.pk, verifier=verifier)


def attest(request, made, wallet):
    services.submit_attestation(
        request_id=request.pk,
        message=made,
        signature="0x" + wallet.sign_typed_data(made).hex(),
        checklist=services.checklist_of(request),
    )


def its_own(verifiers, wallets):
    Asset.objects.get().owner.__class__.objects.update(address=verifiers[0].address)
    return asked(), message(asked(), verifiers[1])


def twice(verifiers, wallets):
    first, second = (message(asked(), verifiers[0]) for _ in range(2))
    attest(asked(), first, wallets[0])
    return asked(), second


def for_another_chain(verifiers, wallets):
    made = message(asked(), verifiers[0])
    return asked(), {**made, "domain": {**made["domain"], "chainId": 1}}


def after_its_expiry(verifiers, wallets):
    made = message(asked(), verifiers[0])
    Block.objects.create(number=2, hash="0x02", parent_hash="0x01", timestamp=NOW + YEAR_S)
    return asked(), made


def alone(verifiers, wallets):
    attest(asked(), message(asked(), verifiers[0]), wallets[0])
    return asked(Role.APPRAISAL), message(asked(Role.APPRAISAL), verifiers[1])


def without_the_role(verifiers, wallets):
    VerifierAuthority.objects.filter(verifier=verifiers[0]).update(roles=int(Role.APPRAISAL))
    return asked(), message(asked(), verifiers[1])


def from_a_stale_page(verifiers, wallets):
    stale = asked()
    made = message(stale, verifiers[0])
    asset = Asset.objects.get()
    services.ask_for_more(
        request_id=asked(Role.APPRAISAL).pk, verifier=verifiers[1], reason="No photograph."
    )
    services.attach_evidence(asset_id=asset.pk, kind="Photo", content=b"described")
    services.submit_for_verification(asset_id=asset.pk)
    return stale, made


CASES = [
    (its_own, "CONFLICT_OF_INTEREST"),
    (twice, "ATTESTED_ALREADY"),
    (for_another_chain, "WRONG_CHAIN"),
    (after_its_expiry, "INVALID_VALIDITY"),
    (alone, "ONE_ROLE_EACH"),
    (without_the_role, "NOT_AUTHORISED"),
    (from_a_stale_page, "REQUEST_CLOSED"),
]


@pytest.fixture
def desk(client, verifiers):
    """A browser of the first verifier's staff."""
    user = User.objects.create_user("firm", is_staff=True)
    services.ensure_verifier(address=verifiers[0].address, user_id=user.pk)
    client.force_login(user)
    return client


def refused_by_api(client, request, made, signature):
    body = {
        "message": made,
        "signature": signature,
        "checklist": list(services.checklist_of(request)),
    }
    address = reverse("portal:attest", args=[request.pk])
    return client.post(address, json.dumps(body), content_type="application/json").json()


def refused_by_desk(client, request, made, signature):
    address = reverse("admin:collateral_request_sign", args=[request.pk])
    data = {"message": json.dumps(made), "signature": signature}
    return client.post(address, data, follow=True)


@pytest.mark.parametrize(("prepare", "code"), CASES, ids=[case.__name__ for case, _ in CASES])
def test_both_doors_refuse_with_the_reason(desk, submitted_car, verifiers, wallets, prepare, code):
    request, made = prepare(verifiers, wallets)
    kept = Attestation.objects.count()
    signature = "0x" + wallets[0].sign_typed_data(made).hex()

    said = refused_by_api(desk, request, made, signature)
    page = refused_by_desk(desk, request, made, signature)

    assert said["code"] == code
    if prepare is without_the_role:
        # What a verifier has no role for is not there for it.
        assert page.status_code == 404
    else:
        assert said["detail"] in unescape(page.content.decode())
    assert Attestation.objects.count() == kept


def test_one_signature_alone_mints_nothing(submitted_car, verifiers, wallets):
    attest(asked(), message(asked(), verifiers[0]), wallets[0])

    queued = services.queue_verified()

    assert queued == 0
    assert Asset.objects.get().status == "submitted"
