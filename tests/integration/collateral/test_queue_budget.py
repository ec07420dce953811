"""A thousand requests wait: the queue still answers with few queries."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collateral import services
from collateral.models import Asset, AssetStatus, Owner, VerificationRequest
from tests.integration.collateral.conftest import OWNER

pytestmark = pytest.mark.django_db
PENDING = 1_000
MOST_QUERIES = 15
QUEUE = "admin:collateral_verificationrequest_changelist"


@pytest.fixture
def busy_desk(client, verifiers, settings):
    """A verifier's browser while a thousand requests wait."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    owner = Owner.objects.create(address=OWNER)
    assets = Asset.objects.bulk_create(
        Asset(
            class_id=2,
            scheme="vin",
            canonical=f"VIN{number}",
            anchor=f"0x{number:064x}",
            identity_salt=b"",
            owner=owner,
            submission=1,
            status=AssetStatus.SUBMITTED,
        )
        for number in range(PENDING)
    )
    VerificationRequest.objects.bulk_create(
        VerificationRequest(asset=asset, role=1, evidence_root="0x") for asset in assets
    )
    user = User.objects.create_user("firm", is_staff=True)
    services.ensure_verifier(address=verifiers[0].address, user_id=user.pk)
    client.force_login(user)
    return client


def test_the_queue_of_a_thousand_takes_few_queries(busy_desk):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page = busy_desk.get(reverse(QUEUE))

    assert page.status_code == 200
    assert page.context["cl"].result_count == PENDING
    assert len(seen) <= MOST_QUERIES
