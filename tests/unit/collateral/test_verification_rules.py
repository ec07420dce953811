"""Who may vouch, for how long, and when an asset has enough signatures."""

import pytest

from collateral.domain.classes import Role, class_by_code
from collateral.domain.verification import (
    MAX_VALUE_UNITS,
    Parties,
    VerificationError,
    is_complete,
    refuse_conflict,
    refuse_second_role,
    refuse_validity,
    refuse_value,
    refuse_without_authority,
    roles_needed,
    valid_until,
)

NOW = 1_790_000_000
DAY = 86_400
CAR = class_by_code("car")
HOUSE = class_by_code("real_estate")
OWNER = "0x" + "a" * 40
BROKER = "0x" + "b" * 40
FIRM = "0x" + "c" * 40
PARTIES = Parties(owner=OWNER, originator=BROKER)


def refused(call, **arguments):
    with pytest.raises(VerificationError) as refusal:
        call(**arguments)
    return refusal.value.code


@pytest.mark.parametrize(
    ("asset_class", "roles"),
    [
        ("real_estate", [Role.TITLE, Role.APPRAISAL, Role.INSPECTION]),
        ("car", [Role.TITLE, Role.APPRAISAL]),
        ("container", [Role.APPRAISAL, Role.INSPECTION]),
        ("energy", [Role.APPRAISAL, Role.DEVICE]),
    ],
)
def test_a_class_needs_its_roles(asset_class, roles):
    needed = roles_needed(asset_class=class_by_code(asset_class), flags=[])

    assert needed == roles


def test_a_vin_without_binding_check_digit_needs_an_inspection_too():
    needed = roles_needed(asset_class=CAR, flags=["VIN_CHECK_NOT_APPLICABLE"])

    assert needed == [Role.TITLE, Role.APPRAISAL, Role.INSPECTION]


@pytest.mark.parametrize("verifier", [OWNER, BROKER, OWNER.upper().replace("X", "x", 1)])
def test_owner_and_originator_may_not_vouch(verifier):
    code = refused(refuse_conflict, verifier=verifier, parties=PARTIES)

    assert code == "CONFLICT_OF_INTEREST"


def test_a_third_party_may_vouch():
    refuse_conflict(verifier=FIRM, parties=PARTIES)

    assert FIRM not in (OWNER, BROKER)


@pytest.mark.parametrize(("granted", "role"), [(0, Role.TITLE), (2, Role.TITLE), (13, Role(2))])
def test_a_role_that_was_not_granted_is_refused(granted, role):
    code = refused(refuse_without_authority, granted_roles=granted, role=role, asset_class=CAR)

    assert code == "NOT_AUTHORISED"


@pytest.mark.parametrize("granted", [2, 3, 15])
def test_a_granted_role_is_accepted(granted):
    outcome = refuse_without_authority(granted_roles=granted, role=Role.APPRAISAL, asset_class=CAR)

    assert outcome is None


def test_one_verifier_does_not_vouch_twice_for_one_asset():
    code = refused(refuse_second_role, verifier=FIRM, other_signers=[FIRM.upper(), BROKER])

    assert code == "ONE_ROLE_EACH"


@pytest.mark.parametrize("value", [-1, MAX_VALUE_UNITS + 1])
def test_a_value_out_of_range_is_refused(value):
    code = refused(refuse_value, value_units=value, role=Role.APPRAISAL)

    assert code == "VALUE_RANGE"


@pytest.mark.parametrize("role", [Role.TITLE, Role.INSPECTION, Role.DEVICE])
def test_only_an_appraisal_says_a_value(role):
    code = refused(refuse_value, value_units=1, role=role)

    assert code == "VALUE_NOT_ASKED"


@pytest.mark.parametrize(
    ("value", "role"), [(0, Role.TITLE), (0, Role.APPRAISAL), (MAX_VALUE_UNITS, Role.APPRAISAL)]
)
def test_a_fitting_value_is_accepted(value, role):
    outcome = refuse_value(value_units=value, role=role)

    assert outcome is None


def test_an_attestation_lasts_as_long_as_its_class_says():
    car, house = (valid_until(observed_at=NOW, asset_class=one) for one in (CAR, HOUSE))

    assert car == NOW + 180 * DAY
    assert house == NOW + 365 * DAY


@pytest.mark.parametrize(
    ("observed_at", "until"),
    [
        (NOW + 61, NOW + 10 * DAY),
        (NOW - DAY, NOW),
        (NOW - DAY, NOW - 1),
        (NOW, NOW + 180 * DAY + 1),
        (NOW - 181 * DAY, NOW + 1),
    ],
)
def test_times_that_do_not_fit_are_refused(observed_at, until):
    code = refused(refuse_validity, observed_at=observed_at, until=until, now=NOW, asset_class=CAR)

    assert code == "INVALID_VALIDITY"


@pytest.mark.parametrize(
    ("observed_at", "until"),
    [(NOW, NOW + 1), (NOW, NOW + 180 * DAY), (NOW + 60, NOW + 60 + DAY), (NOW - DAY, NOW + DAY)],
)
def test_times_at_their_limits_are_accepted(observed_at, until):
    outcome = refuse_validity(observed_at=observed_at, until=until, now=NOW, asset_class=CAR)

    assert outcome is None


@pytest.mark.parametrize(
    ("attested", "complete"),
    [
        ({Role.TITLE: FIRM, Role.APPRAISAL: BROKER}, True),
        ({Role.TITLE: FIRM, Role.APPRAISAL: BROKER, Role.DEVICE: OWNER}, True),
        ({Role.TITLE: FIRM, Role.APPRAISAL: FIRM}, False),
        ({Role.TITLE: FIRM}, False),
        ({Role.APPRAISAL: FIRM, Role.INSPECTION: BROKER}, False),
        ({}, False),
    ],
)
def test_an_asset_is_attested_when_each_role_has_a_verifier_of_its_own(attested, complete):
    found = is_complete(needed=[Role.TITLE, Role.APPRAISAL], attested=attested)

    assert found is complete
