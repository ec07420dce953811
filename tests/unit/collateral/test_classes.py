"""The classes agree with the contracts' genesis and can be identified, filled and checked."""

import json
from pathlib import Path

import pytest

from collateral.domain.classes import CLASSES, Kind, Role, class_by_code, class_by_id
from collateral.domain.identifiers import SCHEMES

ROOT = Path(__file__).parents[3]
GENESIS = {
    one["id"]: one
    for one in json.loads((ROOT / "contracts" / "genesis.json").read_text())["classes"]
}
PHYSICAL = [one for one in CLASSES if not one.fungible]


def names(classes):
    return [one.code for one in classes]


def test_there_are_fourteen_classes_numbered_in_order():
    numbers = [one.id for one in CLASSES]

    assert numbers == list(range(1, 15))
    assert len({one.code for one in CLASSES}) == 14


@pytest.mark.parametrize("one", CLASSES, ids=names(CLASSES))
def test_number_name_roles_and_validity_are_those_of_the_contracts(one):
    on_chain = GENESIS[one.id]

    assert on_chain["name"] == one.code
    assert on_chain["required_roles"] == one.roles
    assert on_chain["max_validity_s"] == one.validity_s


@pytest.mark.parametrize("one", PHYSICAL, ids=names(PHYSICAL))
def test_a_physical_class_is_identified_by_known_schemes_and_by_record_last(one):
    unknown = [scheme for scheme in one.schemes if scheme not in SCHEMES]

    assert unknown == []
    assert one.schemes[-1] == "record"
    assert len(one.schemes) > 1


@pytest.mark.parametrize("one", PHYSICAL, ids=names(PHYSICAL))
def test_every_part_of_an_accepted_identifier_is_a_field(one):
    parts = {part for scheme in one.schemes for part in SCHEMES[scheme].parts}

    missing = [p for p in parts - {"publisher", "file"} if one.field_named(p) is None]

    assert missing == []


@pytest.mark.parametrize("one", PHYSICAL, ids=names(PHYSICAL))
def test_every_role_that_must_vouch_has_a_checklist(one):
    without = [role for role in one.required_roles() if len(one.checklist.get(role, ())) < 3]

    assert without == []
    assert len(one.required_roles()) >= 2


@pytest.mark.parametrize("one", CLASSES, ids=names(CLASSES))
def test_fields_have_their_own_names_and_keys(one):
    keys = [field.key for field in one.fields]

    assert len(set(keys)) == len(keys)
    assert all(field.help for field in one.fields)


@pytest.mark.parametrize("one", CLASSES, ids=names(CLASSES))
def test_amounts_say_their_unit_in_the_key(one):
    amounts = [field for field in one.fields if field.kind in (Kind.MONEY, Kind.MEASURE)]

    assert all(field.units and field.key.endswith(f"_{field.unit}") for field in amounts)


def test_restaking_tokens_are_fungible_and_need_no_verifier():
    tokens = class_by_code("lrt")

    assert tokens.fungible
    assert tokens.required_roles() == []
    assert tokens.schemes == ()


def test_a_class_is_found_by_code_and_number():
    found = class_by_code("art")

    assert found is class_by_id(5)


@pytest.mark.parametrize("code", ["boat", "", "Art"])
def test_an_unknown_code_is_refused_with_those_there_are(code):
    with pytest.raises(LookupError, match="real_estate"):
        class_by_code(code)


@pytest.mark.parametrize("number", [0, 15, -1])
def test_an_unknown_number_is_refused(number):
    with pytest.raises(LookupError, match="1 to 14"):
        class_by_id(number)


def test_the_role_bits_are_those_of_the_registry():
    bits = {role.label: int(role) for role in Role}

    assert bits == {"title": 1, "appraisal": 2, "inspection": 4, "device": 8}
