"""What two people decide, and what runs out: nobody alone, and nobody by surprise."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from collateral import services
from collateral.domain.classes import Role
from collateral.domain.verification import VerificationError
from collateral.errors import RegistrationError
from collateral.models import (
    Asset,
    AssetStatus,
    Attestation,
    JointDecision,
    RenewalStatus,
    VerificationRequest,
    VerifierAuthority,
    VerifierExposure,
)
from collateral.services import renewal
from settlement.models import Batch
from tests.integration.collateral.conftest import NOW

pytestmark = pytest.mark.django_db
REASON = "The register names another owner."
DAY = 86_400


@pytest.fixture
def people(verifiers):
    """Three people: of the first two verifiers, and staff with leave to decide."""
    made = []
    for number, verifier in enumerate(verifiers[:2]):
        made.append(User.objects.create_user(f"firm{number}", is_staff=True))
        services.ensure_verifier(address=verifier.address, user_id=made[-1].pk)
    return [*made, User.objects.create_superuser("operator")]


def sign(asset, role, verifier, wallet, value=0):
    request = VerificationRequest.objects.get(asset=asset, role=role, submission=asset.submission)
    made = services.attestation_messages(values={request.pk: value}, verifier=verifier)[0]
    signature = wallet.sign_typed_data(dict(made.typed_data))
    services.submit_attestations(
        signed=[services.SignedStatement(statement=made, signature=signature)]
    )
    return Attestation.objects.get(request=request)


@pytest.fixture
def title(submitted_car, verifiers, wallets):
    """The first verifier's attestation of the car's title."""
    submitted_car.refresh_from_db()
    return sign(submitted_car, Role.TITLE, verifiers[0], wallets[0])


@pytest.fixture
def token(title, verifiers, wallets):
    """The car with its token, valid for ten days more."""
    asset = Asset.objects.get()
    sign(asset, Role.APPRAISAL, verifiers[1], wallets[1], value=9_000_000)
    Attestation.objects.update(spent=True)
    Asset.objects.update(
        status=AssetStatus.MINTED,
        token_id=int(asset.anchor, 16),
        valid_until=NOW + 10 * DAY,
        attested_at=NOW,
    )
    return Asset.objects.get()


def test_one_person_alone_revokes_nothing(title, people):
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[0])

    with pytest.raises(VerificationError) as refusal:
        services.confirm_decision(decision_id=made.pk, user=people[0])

    assert refusal.value.code == "SECOND_PERSON_NEEDED"
    title.refresh_from_db()
    assert not title.revoked


def test_two_people_revoke_an_attestation_that_is_not_used_yet(title, people):
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[0])

    services.confirm_decision(decision_id=made.pk, user=people[2])

    title.refresh_from_db()
    asset = Asset.objects.get()
    assert (title.revoked, asset.status) == (True, AssetStatus.INCOMPLETE)
    assert asset.changes.filter(kind="revoke", text__contains=REASON).exists()


def test_two_strangers_do_not_revoke_a_third_ones_word(title, people, verifiers):
    stranger = User.objects.create_user("firm2", is_staff=True)
    services.ensure_verifier(address=verifiers[2].address, user_id=stranger.pk)
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[1])

    with pytest.raises(VerificationError) as refusal:
        services.confirm_decision(decision_id=made.pk, user=stranger)

    assert refusal.value.code == "NOT_YOUR_ATTESTATION"
    assert JointDecision.objects.get().status == "proposed"


def test_the_database_refuses_one_person_twice(title, people):
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        JointDecision.objects.filter(pk=made.pk).update(status="confirmed", decided_by=people[0])


def test_a_used_attestation_waits_for_its_verifiers_wallet(token, title, people):
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[0])

    services.confirm_decision(decision_id=made.pk, user=people[1])

    made.refresh_from_db()
    title.refresh_from_db()
    assert (made.status, title.revoked) == ("confirmed", False)


class RevokedList:
    """A chain whose public list says when each attestation was revoked."""

    def __init__(self, time):
        self.time = time

    def calls(self, requests):
        return [self.time for _ in requests]


@pytest.mark.parametrize(("time", "queued"), [(0, 0), (NOW, 1)])
def test_a_revocation_is_brought_to_the_registry_once_it_is_public(
    token, title, people, time, queued
):
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[0])
    services.confirm_decision(decision_id=made.pk, user=people[1])

    for _ in range(2):
        assert services.note_revocations(chain=RevokedList(time)) == queued

    assert Batch.objects.filter(function="noteRevocation").count() == queued


def test_a_proposal_is_made_once_and_can_be_taken_back(title, people):
    made = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[0])
    with pytest.raises(VerificationError, match="proposed already"):
        services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[1])

    services.decline_decision(decision_id=made.pk, user=people[0])

    again = services.propose_revocation(attestation_id=title.pk, reason=REASON, user=people[1])
    assert again.pk != made.pk


@pytest.mark.parametrize("reason", ["", "too short", "x" * 301])
def test_a_decision_needs_a_reason(title, people, reason):
    with pytest.raises(VerificationError) as refusal:
        services.propose_revocation(attestation_id=title.pk, reason=reason, user=people[0])

    assert refusal.value.code == "REASON_NEEDED"


def test_only_a_living_token_is_frozen(title, people):
    with pytest.raises(VerificationError) as refusal:
        services.propose_freeze(asset_id=Asset.objects.get().pk, reason=REASON, user=people[0])

    assert refusal.value.code == "NO_LIVING_TOKEN"


def test_an_owner_is_warned_once_of_each_expiry(token):
    first, second = services.warn_of_expiry(), services.warn_of_expiry()

    Asset.objects.update(valid_until=NOW)
    third = services.warn_of_expiry()

    assert (first, second, third) == (1, 0, 1)
    kinds = token.changes.filter(key__gt="").values_list("kind", flat=True)
    assert list(kinds) == ["expiring", "expired"]


def test_an_expiry_far_away_warns_nobody(token):
    Asset.objects.update(valid_until=NOW + renewal.WARNING_LEAD_S)

    assert services.warn_of_expiry() == 0


def test_a_renewal_is_signed_anew_and_sent_with_the_loan_that_holds_the_token(
    token, verifiers, wallets
):
    services.attach_evidence(asset_id=token.pk, kind="New inspection", content=b"seen again")
    services.begin_renewal(asset_id=token.pk)
    token.refresh_from_db()
    sign(token, Role.TITLE, verifiers[0], wallets[0])
    sign(token, Role.APPRAISAL, verifiers[1], wallets[1], value=8_000_000)

    queued = services.queue_renewals(loan_of=lambda token_id: (7, [b"\x01" * 32]))

    token.refresh_from_db()
    assert (queued, token.renewal) == (1, RenewalStatus.SENDING)
    assert token.status == AssetStatus.MINTED
    assert Batch.objects.get(function="reattest").client_key == token.mint_key
    assert services.queue_renewals(loan_of=lambda token_id: (7, [b"\x01" * 32])) == 0


def test_a_renewal_that_the_ledger_refuses_goes_back_to_its_owner(token, verifiers, wallets):
    services.begin_renewal(asset_id=token.pk)
    token.refresh_from_db()
    sign(token, Role.TITLE, verifiers[0], wallets[0])
    sign(token, Role.APPRAISAL, verifiers[1], wallets[1], value=8_000_000)
    services.queue_renewals(loan_of=lambda token_id: (0, []))
    Batch.objects.filter(function="reattest").update(status="dead")

    services.queue_renewals(loan_of=lambda token_id: (0, []))

    token.refresh_from_db()
    assert token.renewal == RenewalStatus.NONE
    assert token.changes.filter(text__startswith="The ledger refused the renewal").count() == 1


@pytest.fixture
def refused_renewal(token, verifiers, wallets):
    """The car after every role signed its renewal and the ledger refused it."""
    services.begin_renewal(asset_id=token.pk)
    token.refresh_from_db()
    sign(token, Role.TITLE, verifiers[0], wallets[0])
    sign(token, Role.APPRAISAL, verifiers[1], wallets[1], value=8_000_000)
    services.queue_renewals(loan_of=lambda token_id: (0, []))
    Batch.objects.filter(function="reattest").update(status="dead")
    services.queue_renewals(loan_of=lambda token_id: (0, []))
    token.refresh_from_db()
    return token


def test_a_refused_renewal_is_sent_again_with_what_was_signed(refused_renewal):
    again = services.begin_renewal(asset_id=refused_renewal.pk)

    assert again.renewal == RenewalStatus.VERIFIED
    assert services.queue_renewals(loan_of=lambda token_id: (0, [])) == 1
    assert Batch.objects.filter(function="reattest").count() == 2


def open_roles(asset):
    waiting = VerificationRequest.objects.filter(asset=asset, status="open")
    return set(waiting.values_list("role", flat=True))


def test_what_has_run_out_since_is_asked_anew(refused_renewal):
    title = Attestation.objects.filter(spent=False, request__role=Role.TITLE)
    title.update(observed_at=NOW - DAY, valid_until=NOW)

    again = services.begin_renewal(asset_id=refused_renewal.pk)

    assert again.renewal == RenewalStatus.SUBMITTED
    assert open_roles(again) == {Role.TITLE}


def test_the_word_of_a_verifier_who_left_is_asked_of_another(refused_renewal, verifiers):
    VerifierAuthority.objects.filter(verifier=verifiers[1]).update(roles=0)

    again = services.begin_renewal(asset_id=refused_renewal.pk)

    assert again.renewal == RenewalStatus.SUBMITTED
    assert open_roles(again) == {Role.APPRAISAL}


def test_a_renewal_begins_neither_early_nor_twice(token):
    Asset.objects.update(valid_until=NOW + renewal.RENEWAL_LEAD_S + 1)
    with pytest.raises(RegistrationError) as early:
        services.begin_renewal(asset_id=token.pk)
    Asset.objects.update(valid_until=NOW + renewal.RENEWAL_LEAD_S)
    services.begin_renewal(asset_id=token.pk)

    with pytest.raises(RegistrationError) as twice:
        services.begin_renewal(asset_id=token.pk)

    assert (early.value.code, twice.value.code) == ("RENEWAL_EARLY", "RENEWAL_NOT_NOW")


def test_bonds_of_weeks_that_are_over_are_released(verifiers):
    week = NOW // renewal.WEEK_S
    for number in (week - 1, week, week + 1):
        VerifierExposure.objects.create(verifier=verifiers[0], week=number, committed_units=5)

    services.release_exposures()
    services.release_exposures()

    released = 2 if week * renewal.WEEK_S < NOW else 1
    assert Batch.objects.filter(function="releaseExposure").count() == released
