"""One thing, one row, one anchor; whatever is refused leaves nothing behind."""

import pytest

from collateral import services
from collateral.domain.classes import class_by_code
from collateral.domain.documents import DocumentRefused
from collateral.domain.identifiers import IdentifierError
from collateral.errors import DuplicateAnchor, RegistrationError
from collateral.models import Asset, AssetAnchor, Evidence, Owner
from tests.integration.collateral.conftest import OTHER_OWNER, OWNER, VIN

pytestmark = pytest.mark.django_db
CAR = class_by_code("car")


def register(identifiers=None, **changes):
    arguments = {
        "asset_class": CAR,
        "owner_address": OWNER,
        "identifiers": identifiers or {"vin": {"vin": VIN}},
        "attributes": {"maker": "MCI"},
        "jurisdiction": "US",
    }
    return services.register_asset(**(arguments | changes))


def test_an_asset_is_a_draft_with_its_anchor_and_owner():
    asset = register()

    assert asset.status == "draft"
    assert asset.owner_address == OWNER
    assert asset.token_id is None
    assert [one.anchor for one in asset.anchors.all()] == [asset.anchor]
    assert VIN not in asset.anchor


def test_the_same_thing_is_refused_whatever_its_spelling_or_owner():
    register()

    with pytest.raises(DuplicateAnchor, match="registered already"):
        register({"vin": {"vin": f"  {VIN.lower()}"}}, owner_address=OTHER_OWNER)

    assert Asset.objects.count() == 1
    assert not Owner.objects.filter(address=OTHER_OWNER).exists()


def test_a_second_identifier_that_is_taken_refuses_the_thing():
    plate = {"maker": "MCI", "model": "102", "serial": "A90427"}
    register({"vin": {"vin": VIN}, "serial": plate})

    with pytest.raises(DuplicateAnchor):
        register({"vin": {"vin": "1G4AH59H45G118341"}, "serial": plate})

    assert AssetAnchor.objects.count() == 2


def test_the_best_identifier_gives_the_token_id():
    plate = {"maker": "MCI", "model": "102", "serial": "A90427"}

    asset = register({"serial": plate, "vin": {"vin": VIN}})

    assert asset.scheme == "vin"
    assert [one.scheme for one in asset.anchors.all()] == ["vin", "serial"]


def test_a_rotated_key_claims_the_anchors_of_both_versions(settings):
    before = register().anchor
    settings.ANCHOR_KEYS = {1: "a" * 32, 2: "b" * 32}

    with pytest.raises(DuplicateAnchor):
        register()
    other = register({"vin": {"vin": "1G4AH59H45G118341"}})

    assert other.anchors.count() == 2
    assert before not in {one.anchor for one in other.anchors.all()}


def test_a_bad_identifier_leaves_nothing_behind():
    with pytest.raises(IdentifierError) as refusal:
        register({"vin": {"vin": "1J9RP1A3XA1644345"}})

    assert refusal.value.code == "VIN_CHECKSUM"
    assert Asset.objects.count() == Owner.objects.count() == 0


@pytest.mark.parametrize(
    ("identifiers", "code"),
    [
        ({"h3": {"h3": "8928308280fffff"}}, "SCHEME_NOT_ACCEPTED"),
        ({"record": {"publisher": "a", "file": "b", "record": "1"}}, "RECORD_FOR_IMPORTS_ONLY"),
    ],
)
def test_a_scheme_that_is_not_for_this_is_refused(identifiers, code):
    with pytest.raises(RegistrationError) as refusal:
        register(identifiers)

    assert refusal.value.code == code


def test_the_database_refuses_a_price_that_is_none(car):
    car.price_units = 0

    with pytest.raises(Exception, match="asset_price_positive"):
        car.save()


def test_a_document_is_kept_under_a_random_name_with_its_hash(car, settings):
    evidence = services.attach_evidence(asset_id=car.pk, kind="Title deed", content=b"deed")

    stored = settings.MEDIA_ROOT / evidence.path
    assert b"deed" not in stored.read_bytes()
    assert "deed" not in evidence.path
    assert services.evidence_content(evidence=evidence) == b"deed"


def test_a_document_that_changed_on_disk_is_refused(car, settings):
    evidence = services.attach_evidence(asset_id=car.pk, kind="Title deed", content=b"deed")
    (settings.MEDIA_ROOT / evidence.path).write_bytes(b"forged")

    with pytest.raises(RegistrationError) as refusal:
        services.evidence_content(evidence=evidence)

    assert refusal.value.code == "EVIDENCE_MISMATCH"


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("", b"x", "EVIDENCE_KIND"),
        ("x" * 81, b"x", "EVIDENCE_KIND"),
        ("Deed", b"", "EVIDENCE_SIZE"),
    ],
)
def test_a_document_without_name_or_content_is_refused(car, kind, content, code):
    with pytest.raises(DocumentRefused) as refusal:
        services.attach_evidence(asset_id=car.pk, kind=kind, content=content)

    assert refusal.value.code == code
    assert Evidence.objects.count() == 0


def test_two_documents_of_one_name_are_refused_and_leave_no_file(car, settings):
    services.attach_evidence(asset_id=car.pk, kind="Deed", content=b"one")

    with pytest.raises(RegistrationError, match="already has evidence"):
        services.attach_evidence(asset_id=car.pk, kind="Deed", content=b"two")

    assert len(list(settings.MEDIA_ROOT.iterdir())) == 1


def test_evidence_is_closed_once_verifiers_see_it(submitted_car):
    with pytest.raises(RegistrationError) as refusal:
        services.attach_evidence(asset_id=submitted_car.pk, kind="Late", content=b"x")

    assert refusal.value.code == "EVIDENCE_CLOSED"
