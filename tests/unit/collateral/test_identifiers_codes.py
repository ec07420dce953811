"""Coded identifiers: golden vectors accepted in one spelling, each kind of damage refused."""

import pytest

from collateral.domain.identifiers import IdentifierError, identify

GOOD = [
    ("imei", "imei", "490154203237518", "490154203237518"),
    ("imei", "imei", " 49-015420-323751-8 ", "490154203237518"),
    ("mac", "mac", "D0-50-99-84-A2-A0", "D0:50:99:84:A2:A0"),
    ("mac", "mac", "d050.9984.a2a0", "D0:50:99:84:A2:A0"),
    ("iso6346", "container_number", "CSQU3054383", "CSQU3054383"),
    ("iso6346", "container_number", "csqu 305438 3", "CSQU3054383"),
    ("imo", "imo", "9319466", "9319466"),
    ("imo", "imo", "IMO 9319466", "9319466"),
    ("es_cadastre", "cadastre", "7837301VG8173B0001TT", "7837301VG8173B0001TT"),
    ("es_cadastre", "cadastre", "7837301 VG8173B 0001 TT", "7837301VG8173B0001TT"),
    ("lei", "lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"),
    ("lei", "lei", "5493 001k jtii gc8y 1r12", "5493001KJTIIGC8Y1R12"),
    ("isin", "isin", "US0378331005", "US0378331005"),
    ("eic", "eic", "22XWATTPLUS----G", "22XWATTPLUS----G"),
    ("eic", "eic", "22xwattplus----g", "22XWATTPLUS----G"),
]
BAD = [
    ("imei", "imei", "490154203237517", "IMEI_CHECKSUM"),
    ("imei", "imei", "49015420323751", "IMEI_LENGTH"),
    ("imei", "imei", "49015420323751A", "IMEI_FORMAT"),
    ("imei", "imei", "000000000000000", "PLACEHOLDER_ID"),
    ("mac", "mac", "D0-50-99-84-A2", "MAC_LENGTH"),
    ("mac", "mac", "D1-50-99-84-A2-A0", "MAC_FORMAT"),
    ("mac", "mac", "D0-50-99-84-A2-G0", "MAC_FORMAT"),
    ("mac", "mac", "00:00:00:00:00:00", "PLACEHOLDER_ID"),
    ("mac", "mac", "ff:ff:ff:ff:ff:ff", "MAC_FORMAT"),
    ("iso6346", "container_number", "CSQU3054384", "ISO6346_CHECKSUM"),
    ("iso6346", "container_number", "CSQU305438", "ISO6346_LENGTH"),
    ("iso6346", "container_number", "CSQX3054383", "ISO6346_FORMAT"),
    ("imo", "imo", "8814274", "IMO_CHECKSUM"),
    ("imo", "imo", "931946", "IMO_LENGTH"),
    ("es_cadastre", "cadastre", "7837301VG8173B0001TA", "CADASTRE_CHECKSUM"),
    ("es_cadastre", "cadastre", "7837301VG8173B0001T", "CADASTRE_LENGTH"),
    ("lei", "lei", "HWUPKR0MPOU8FGXBT395", "LEI_CHECKSUM"),
    ("lei", "lei", "5493001KJTIIGC8Y1R1", "LEI_CHECKSUM"),
    ("isin", "isin", "US0378331003", "ISIN_CHECKSUM"),
    ("isin", "isin", "US037833100", "ISIN_LENGTH"),
    ("eic", "eic", "22XWATTPLUS----X", "EIC_CHECKSUM"),
    ("eic", "eic", "22XWATTPLUS---G", "EIC_LENGTH"),
]


@pytest.mark.parametrize(("scheme", "part", "raw", "canonical"), GOOD)
def test_a_valid_code_has_one_canonical_spelling(scheme, part, raw, canonical):
    found = identify(scheme=scheme, values={part: raw})

    assert found.scheme == scheme
    assert found.canonical == canonical
    assert not found.flags


@pytest.mark.parametrize(("scheme", "part", "raw", "code"), BAD)
def test_a_damaged_code_is_refused_with_its_reason(scheme, part, raw, code):
    with pytest.raises(IdentifierError) as refusal:
        identify(scheme=scheme, values={part: raw})

    assert refusal.value.code == code
    assert refusal.value.sentence.endswith(".")


@pytest.mark.parametrize(("scheme", "part", "raw", "canonical"), GOOD[::2])
def test_the_canonical_spelling_is_its_own_canonical_spelling(scheme, part, raw, canonical):
    again = identify(scheme=scheme, values={part: canonical})

    assert again.canonical == canonical


def test_an_imei_with_software_version_names_the_same_device():
    short = identify(scheme="imei", values={"imei": "490154203237518"})

    long = identify(scheme="imei", values={"imei": "4901542032375123"})

    assert long.canonical == short.canonical
    assert long.flags == {"IMEISV_NO_CHECK"}


def test_an_address_set_by_software_is_flagged():
    found = identify(scheme="mac", values={"mac": "D2:50:99:84:A2:A0"})

    assert found.flags == {"MAC_LOCALLY_ADMINISTERED"}


@pytest.mark.parametrize("position", range(20))
def test_no_single_wrong_character_of_an_lei_passes(position):
    good = "5493001KJTIIGC8Y1R12"
    swapped = {"digit": "78", "letter": "QZ"}["digit" if good[position].isdigit() else "letter"]
    wrong = swapped[0] if good[position] != swapped[0] else swapped[1]

    with pytest.raises(IdentifierError):
        identify(scheme="lei", values={"lei": good[:position] + wrong + good[position + 1 :]})


@pytest.mark.parametrize("position", range(15))
def test_no_single_wrong_digit_of_an_imei_passes(position):
    good = "490154203237518"
    wrong = str((int(good[position]) + 1) % 10)

    with pytest.raises(IdentifierError):
        identify(scheme="imei", values={"imei": good[:position] + wrong + good[position + 1 :]})
