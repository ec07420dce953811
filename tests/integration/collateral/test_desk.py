"""The verifier desk: what one sees, may do, and is told when it is refused."""

import json
from datetime import date
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from collateral import services
from collateral.domain.classes import Role
from collateral.domain.portfolio import parse_map
from collateral.domain.portfolio.mapping import column_mapping
from collateral.models import (
    Attestation,
    RequestStatus,
    VerificationRequest,
    VerifierAuthority,
)

pytestmark = pytest.mark.django_db
QUEUE = "admin:collateral_verificationrequest_changelist"


@pytest.fixture(autouse=True)
def plain_static(settings):
    """Serve static files without a manifest, which tests do not collect."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}


@pytest.fixture
def desk(client, verifiers):
    """A browser signed in as the first verifier's staff."""
    user = User.objects.create_user("firm", password="correct horse", is_staff=True)
    services.ensure_verifier(address=verifiers[0].address, user_id=user.pk)
    client.force_login(user)
    return client


@pytest.fixture
def title(submitted_car):
    """The request for the car's title."""
    return VerificationRequest.objects.get(asset=submitted_car, role=Role.TITLE)


@pytest.fixture
def appraisal(submitted_car):
    """The request for the car's appraisal."""
    return VerificationRequest.objects.get(asset=submitted_car, role=Role.APPRAISAL)


def page_of(request, **query):
    return reverse("admin:collateral_verificationrequest_change", args=[request.pk], query=query)


def post(client, request, action, **data):
    address = reverse(f"admin:collateral_request_{action}", args=[request.pk])
    response = client.post(address, data, follow=True)
    request.refresh_from_db()
    return unescape(response.content.decode())


def confirm_all(request):
    """Confirm the whole checklist, as the form of the page does."""
    VerificationRequest.objects.filter(pk=request.pk).update(
        checked=list(range(len(services.checklist_of(request))))
    )


def prepared_message(client, request, **query):
    confirm_all(request)
    html = client.get(page_of(request, prepare=1, **query)).content.decode()
    return unescape(html.split('id="message" value="', 1)[1].split('"', 1)[0])


def test_the_queue_shows_what_waits(desk, title):
    html = desk.get(reverse(QUEUE)).content.decode()

    assert "MCI 102" in html
    assert "Waiting" in html
    assert "$15,900.00" in html


def test_what_waits_stands_above_what_is_decided(client, title, appraisal, verifiers):
    User.objects.create_superuser("boss", password="correct horse")
    client.login(username="boss", password="correct horse")
    VerificationRequest.objects.filter(pk=title.pk).update(
        status=RequestStatus.ATTESTED, claimed_by=verifiers[0], decided_at=timezone.now()
    )

    shown = client.get(reverse(QUEUE)).context["cl"].result_list

    assert [one.pk for one in shown] == [appraisal.pk, title.pk]


def test_a_verifier_sees_only_what_it_may_decide(desk, title, verifiers):
    VerifierAuthority.objects.filter(verifier=verifiers[0]).update(roles=int(Role.DEVICE))

    html = desk.get(reverse(QUEUE)).content.decode()

    assert "MCI 102" not in html


@pytest.mark.parametrize("query", ["age=abc", "age=-1", "class=x", "class=1e3", "taken=%00"])
def test_a_filter_takes_no_value_that_it_does_not_offer(desk, title, query):
    response = desk.get(f"{reverse(QUEUE)}?{query}")

    assert response.status_code in (200, 302)
    assert "MCI 102" in desk.get(f"{reverse(QUEUE)}?{query}", follow=True).content.decode()


@pytest.mark.parametrize("query", ["status=open", "role__exact=1", "class=2", "age=1", "q=1M8"])
def test_every_filter_of_the_queue_answers(desk, title, query):
    response = desk.get(f"{reverse(QUEUE)}?{query}")

    assert response.status_code in (200, 302)


def test_the_page_of_a_request_shows_identity_evidence_and_checks(desk, title):
    html = unescape(desk.get(page_of(title)).content.decode())

    assert "1M8GDM9AXKP042788" in html
    assert title.evidence_root in html
    assert "The title is clean" in html
    assert "Take this request" in html


def test_a_request_is_taken_signed_and_kept(desk, title, wallets, verifiers):
    post(desk, title, "claim")
    message = prepared_message(desk, title)
    signature = "0x" + wallets[0].sign_typed_data(json.loads(message)).hex()

    html = post(desk, title, "sign", message=message, signature=signature)

    assert "Your attestation is kept" in html
    assert title.status == "attested"
    assert Attestation.objects.get().verifier == verifiers[0]


def test_an_appraisal_says_its_value_in_words_before_it_is_signed(desk, appraisal):
    post(desk, appraisal, "claim")
    confirm_all(appraisal)

    html = unescape(desk.get(page_of(appraisal, prepare=1, value="14,250.50")).content.decode())

    assert "It is worth $14,250.50, and no more is lent against it." in html


@pytest.mark.parametrize(
    ("value", "sentence"), [("28.500", "can be read as"), ("lots", "is not a number")]
)
def test_a_value_with_two_meanings_is_not_prepared(desk, appraisal, value, sentence):
    post(desk, appraisal, "claim")
    confirm_all(appraisal)

    html = unescape(desk.get(page_of(appraisal, prepare=1, value=value)).content.decode())

    assert sentence in html
    assert 'id="message"' not in html


def test_a_signature_by_another_wallet_is_refused_in_words(desk, title, wallets):
    post(desk, title, "claim")
    message = prepared_message(desk, title)
    signature = "0x" + wallets[1].sign_typed_data(json.loads(message)).hex()

    html = post(desk, title, "sign", message=message, signature=signature)

    assert "This request is taken by" in html
    assert title.status == "claimed"


@pytest.mark.parametrize("message", ["", "[]x", "5", "{}"])
def test_a_message_that_is_none_is_refused_in_words(desk, title, message):
    post(desk, title, "claim")
    confirm_all(title)

    html = post(desk, title, "sign", message=message, signature="0x00")

    assert "message" in html
    assert title.status == "claimed"


def test_a_request_is_rejected_with_a_reason(desk, title):
    post(desk, title, "claim")

    html = post(desk, title, "reject", reason="The title names another owner.")

    assert "Rejected. The owner sees your reason" in html
    assert title.status == "rejected"


def test_a_request_can_be_given_back(desk, title):
    post(desk, title, "claim")

    post(desk, title, "release")

    assert title.status == "open"


def test_a_document_is_handed_out_to_a_verifier_only(client, desk, car, verifiers):
    evidence = services.attach_evidence(asset_id=car.pk, kind="Title deed", content=b"deed")
    services.submit_for_verification(asset_id=car.pk)
    address = reverse("admin:collateral_evidence", args=[evidence.pk])

    seen = desk.get(address)
    client.logout()
    refused = client.get(address)

    assert seen.content == b"deed"
    assert seen["Content-Type"] == "application/octet-stream"
    assert refused.status_code == 302


def test_staff_without_a_verifier_cannot_decide(client, title):
    client.force_login(User.objects.create_superuser("root", password="correct horse"))

    page = client.get(page_of(title)).content.decode()
    refused = client.post(reverse("admin:collateral_request_claim", args=[title.pk]))

    assert "Only an admitted verifier decides" in page
    assert refused.status_code == 404


def test_a_decision_needs_a_post(desk, title):
    response = desk.get(reverse("admin:collateral_request_claim", args=[title.pk]))

    assert response.status_code == 405


@pytest.mark.parametrize(
    "register", ["asset", "owner", "verifier", "attestation", "lrtholding", "verificationrequest"]
)
def test_every_register_opens_for_staff(client, submitted_car, verifiers, register):
    client.force_login(User.objects.create_superuser("root", password="correct horse"))

    response = client.get(reverse(f"admin:collateral_{register}_changelist"))

    assert response.status_code == 200


def test_the_page_of_an_asset_shows_its_possible_duplicates(client, tmp_path):
    path = tmp_path / "houses.csv"
    path.write_text("Address,Price\n1 Elm St.,214500\n1 elm st,99000\n")
    mapping = services.load_mapping("own_real_estate").asset_class
    client.force_login(User.objects.create_superuser("root", password="correct horse"))
    first, second = _two_houses(path, mapping)

    html = client.get(reverse("admin:collateral_asset_change", args=[first])).content.decode()

    assert reverse("admin:collateral_asset_change", args=[second]) in html
    assert "the same address" in html


def _two_houses(path, asset_class):
    mapping = column_mapping(
        asset_class=asset_class, sources=parse_map("price=Price,address=Address")
    )
    report = services.import_portfolio(path=path, mapping=mapping, as_of=date(2026, 11, 22))
    return report.asset_ids
