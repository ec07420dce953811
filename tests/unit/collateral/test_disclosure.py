"""One field is shown with its way up both trees, and nothing else can be shown with it."""

import dataclasses

import pytest

from collateral.domain.disclosure import (
    canonical_value,
    flattened,
    holds,
    registered_leaves,
    registered_root,
    way_up,
)
from collateral.domain.evidence import EvidenceField, document_hash, evidence_tree

SECRET = b"\x03" * 32
REGISTERED = {
    "class": "car",
    "attributes": {"mileage_m": 12_000_000, "maker": "Citroën", "price_units": 15_900_000_000},
    "record": None,
}
VALUES = flattened(REGISTERED)
DOCUMENTS = [
    EvidenceField(f"document {n}", document_hash(bytes([n])), bytes([n]) * 32) for n in (1, 2)
]
REGISTRATION = EvidenceField("registration", registered_root(VALUES, SECRET), b"\x09" * 32)
ROOT = evidence_tree([*DOCUMENTS, REGISTRATION]).root


def steps_of(name):
    inner = way_up(registered_leaves(VALUES, SECRET), name)
    return [inner, way_up([*DOCUMENTS, REGISTRATION], "registration")]


def test_fields_are_named_by_their_path():
    assert set(VALUES) == {
        "class",
        "attributes.mileage_m",
        "attributes.maker",
        "attributes.price_units",
        "record",
    }


@pytest.mark.parametrize("name", sorted(VALUES))
def test_every_field_leads_to_the_signed_root(name):
    assert holds(steps=steps_of(name), value=canonical_value(VALUES[name]), root=ROOT)


def test_another_value_does_not():
    assert not holds(
        steps=steps_of("attributes.mileage_m"), value=canonical_value(11_000_000), root=ROOT
    )


def test_another_root_does_not():
    assert not holds(steps=steps_of("class"), value=canonical_value("car"), root=bytes(32))


def test_the_inner_step_alone_proves_nothing():
    assert not holds(steps=steps_of("class")[:1], value=canonical_value("car"), root=ROOT)
    assert not holds(steps=[], value=canonical_value("car"), root=ROOT)


def test_a_field_under_another_name_does_not_lead_there():
    inner, outer = steps_of("attributes.mileage_m")
    renamed = dataclasses.replace(
        inner, field=dataclasses.replace(inner.field, name="attributes.price_units")
    )

    assert not holds(steps=[renamed, outer], value=canonical_value(12_000_000), root=ROOT)


def test_salts_differ_by_field_and_by_secret():
    one, other = registered_leaves(VALUES, SECRET), registered_leaves(VALUES, b"\x04" * 32)

    salts = {leaf.salt for leaf in [*one, *other]}

    assert len(salts) == 2 * len(VALUES)


def test_a_field_that_is_not_there_cannot_be_shown():
    with pytest.raises(LookupError):
        way_up(DOCUMENTS, "document 3")
