"""The demo's verifiers work once the database knows what they may attest."""

import pytest
from django.conf import settings

from collateral.domain.classes import CLASSES
from collateral.models import Verifier, VerifierAuthority
from config.demo.actors import Cast
from config.demo.steps.setting import admissions, are_admitted

VERIFIERS = Cast(mnemonic=settings.RELAYER_MNEMONIC, owners=1).verifiers


def grant(address: str, class_id: int, roles: int) -> None:
    verifier, _ = Verifier.objects.get_or_create(address=address)
    VerifierAuthority.objects.update_or_create(
        verifier=verifier, class_id=class_id, defaults={"roles": roles}
    )


@pytest.mark.django_db
def test_all_are_admitted_when_the_last_grant_is_known():
    *known, last = admissions(VERIFIERS)
    for one in known:
        grant(*one)
    before = are_admitted(VERIFIERS)

    grant(*last)

    assert (before, are_admitted(VERIFIERS)) == (False, True)


def test_every_role_of_every_class_is_somebodys():
    granted: dict[int, int] = {}
    for _, class_id, roles in admissions(VERIFIERS):
        granted[class_id] = granted.get(class_id, 0) | roles

    assert granted == {one.id: int(one.roles) for one in CLASSES if one.roles}
