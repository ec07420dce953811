"""A disclosure holds one field; the page that checks it agrees, and finds every change."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from collateral import services
from collateral.domain.keccak import keccak256
from collateral.errors import RegistrationError
from collateral.models import Evidence
from tests.node import call_module

pytestmark = pytest.mark.django_db
VERIFY = "collateral/static/collateral/verify.mjs"
ROOT_OF = (
    "module.rootOf(module.parse(inputs.text), inputs.document && Uint8Array.from(inputs.document))"
)


@pytest.fixture
def shown_car(car):
    """A car that waits for its verifiers, with one document."""
    services.attach_evidence(asset_id=car.pk, kind="Title deed", content=b"The deed of the car.")
    return services.submit_for_verification(asset_id=car.pk)


def root_by_page(shown, document=None):
    text = shown if isinstance(shown, str) else json.dumps(shown)
    return call_module(VERIFY, ROOT_OF, text=text, document=document and list(document))


def test_a_field_is_shown_with_its_proof_and_no_other_value(shown_car):
    shown = services.disclose(asset_id=shown_car.pk, field="attributes.maker")

    assert shown["value"] == "MCI"
    assert shown_car.canonical not in json.dumps(shown)
    assert root_by_page(shown) == shown_car.evidence_root


@pytest.mark.parametrize("field", ["class", "identifier", "attributes.model", "record"])
def test_the_page_leads_every_field_to_the_signed_root(shown_car, field):
    shown = services.disclose(asset_id=shown_car.pk, field=field)

    assert root_by_page(shown) == shown_car.evidence_root


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "BMW"}, "not the one that was signed"),
        ({"field": "attributes.model"}, "another field"),
        ({"steps": []}, "no proof"),
        ({"format": "x"}, "no disclosure"),
    ],
)
def test_the_page_finds_what_was_changed(shown_car, change, said):
    shown = services.disclose(asset_id=shown_car.pk, field="attributes.maker") | change

    assert said in root_by_page(shown)["refused"]


def test_a_salt_that_was_changed_leads_to_another_root(shown_car):
    shown = services.disclose(asset_id=shown_car.pk, field="attributes.maker")
    shown["steps"][1]["salt"] = "0x" + "11" * 32

    assert root_by_page(shown) not in (shown_car.evidence_root, None)


def test_a_number_too_large_for_javascript_keeps_its_digits(car):
    car.attributes |= {"amount_wei": 12_345_678_901_234_567_891}
    car.save()
    asset = services.submit_for_verification(asset_id=car.pk)

    shown = services.disclose(asset_id=asset.pk, field="attributes.amount_wei")

    assert root_by_page(shown) == asset.evidence_root


def test_a_document_is_shown_by_its_hash_and_checked_against_the_file(shown_car):
    evidence = Evidence.objects.get(asset=shown_car, kind="Title deed")
    content = services.evidence_content(evidence=evidence)

    shown = services.disclose(asset_id=shown_car.pk, field="Title deed")

    assert shown["document_sha256"] == evidence.sha256
    assert root_by_page(shown, content) == shown_car.evidence_root
    assert "not the one" in root_by_page(shown, b"another file")["refused"]


def test_what_is_not_there_is_refused_with_what_is(shown_car):
    with pytest.raises(RegistrationError) as refusal:
        services.disclose(asset_id=shown_car.pk, field="colour")

    assert refusal.value.code == "FIELD_UNKNOWN"
    assert "attributes.maker" in refusal.value.sentence
    assert "Title deed" in refusal.value.sentence


def test_a_draft_has_nothing_that_anybody_vouches_for(car):
    with pytest.raises(RegistrationError) as refusal:
        services.disclose(asset_id=car.pk, field="class")

    assert refusal.value.code == "NO_EVIDENCE_ROOT"


def test_records_that_were_changed_afterwards_are_not_shown(shown_car):
    Evidence.objects.filter(kind="registration").update(fields={"class": "truck"})

    with pytest.raises(RegistrationError) as refusal:
        services.disclose(asset_id=shown_car.pk, field="class")

    assert refusal.value.code == "EVIDENCE_MISMATCH"


def test_the_command_writes_the_file(shown_car, tmp_path):
    file = tmp_path / "shown.json"

    call_command("disclose", str(shown_car.pk), "class", output=str(file), stdout=io.StringIO())

    assert json.loads(file.read_text()) == services.disclose(asset_id=shown_car.pk, field="class")


@pytest.mark.parametrize("arguments", [("999999", "class"), ("{car}", "colour")])
def test_the_command_says_what_is_wrong(shown_car, arguments):
    asked = [one.format(car=shown_car.pk) for one in arguments]

    with pytest.raises(CommandError, match=r"\.$"):
        call_command("disclose", *asked)


@pytest.mark.parametrize("data", [b"", b"abc", b"x" * 135, b"x" * 136, b"x" * 300])
def test_the_page_s_hash_is_the_chain_s(data):
    found = call_module(
        VERIFY, "Array.from(module.keccak256(Uint8Array.from(inputs.data)))", data=list(data)
    )

    assert bytes(found) == keccak256(data)
