"""Places, plates, works of art and records: one spelling for one thing."""

import pytest

from collateral.domain.identifiers import SCHEMES, IdentifierError, identify

WORK = {
    "artist": "Claude Monet",
    "title": "Water Lilies",
    "year": "1906",
    "medium": "Oil on canvas",
    "dimensions": "89.9 x 94.1 cm",
}
PLATE = {"maker": "Haas", "model": "VF-2", "serial": "1145332"}
RECORD = {"publisher": "Rdatasets", "file": "houses.csv", "record": "17"}


def canonical(scheme, values):
    return identify(scheme=scheme, values=values).canonical


def refusal_code(scheme, values):
    with pytest.raises(IdentifierError) as refusal:
        identify(scheme=scheme, values=values)
    return refusal.value.code


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("85283473fffffff", "85283473fffffff"),
        ("8928308280FFFFF", "8928308280fffff"),
        (" 0x8928308280fffff ", "8928308280fffff"),
        ("08928308280fffff", "8928308280fffff"),
    ],
)
def test_an_h3_cell_is_accepted_and_a_coarse_one_flagged(raw, text):
    found = identify(scheme="h3", values={"h3": raw})

    assert found.canonical == text
    assert found.flags == {"H3_COARSE"}


@pytest.mark.parametrize(
    "raw",
    [
        "8a283473fffffff",
        "ff283473fffffff",
        "abc",
        "85283473ffffffff",
        "00085283473fffffff",
        "115283473fffffff",
    ],
)
def test_what_is_no_h3_cell_is_refused(raw):
    code = refusal_code("h3", {"h3": raw})

    assert code == "H3_INVALID"


@pytest.mark.parametrize("apn", ["14-33-422-068-0000", "14.33.422.068.0000", "1433422068 0000"])
def test_a_parcel_number_is_one_whatever_its_marks(apn):
    text = canonical("fips_apn", {"fips": "17031", "apn": apn})

    assert text == "17031|14334220680000"


@pytest.mark.parametrize("fips", ["99001", "1703", "170311", "17000", "03001", "ABCDE"])
def test_a_county_that_is_none_is_refused(fips):
    code = refusal_code("fips_apn", {"fips": fips, "apn": "14-33-422-068"})

    assert code == "BAD_FIPS"


@pytest.mark.parametrize("apn", ["12", "0000000", "14*33*422"])
def test_a_parcel_number_that_is_none_is_refused(apn):
    code = refusal_code("fips_apn", {"fips": "17031", "apn": apn})

    assert code == "APN_FORMAT"


@pytest.mark.parametrize(
    "address", ["1510 First Ave #112 ", "1510  first ave. 112", "1510 FIRST AVE, #112"]
)
def test_an_address_is_compared_without_marks_and_case(address):
    found = identify(scheme="address", values={"address": address, "country": "us"})

    assert found.canonical == "US|1510 first ave 112"
    assert found.flags == {"ADDRESS_IS_WEAK"}


def test_an_address_needs_a_country():
    code = refusal_code("address", {"address": "1510 First Ave", "country": "Utopia"})

    assert code == "COUNTRY_FORMAT"


def test_a_plate_is_maker_model_and_serial_in_one_spelling():
    first = canonical("serial", PLATE)

    second = canonical("serial", {"maker": " HAAS ", "model": "vf-2", "serial": "114-5332"})

    assert first == second == "haas|vf2|1145332"


@pytest.mark.parametrize(
    "change",
    [
        {"maker": "Нaas"},
        {"maker": "НААЅ"},
        {"maker": "ＨＡＡＳ"},
        {"maker": "Ha\u200bas"},
        {"model": "VF2"},
        {"model": "vf 2"},
        {"model": "VF‐2"},
        {"model": "V.F.-2"},
    ],
)
def test_a_plate_typed_on_another_keyboard_is_the_same_plate(change):
    text = canonical("serial", PLATE | change)

    assert text == "haas|vf2|1145332"


def test_a_word_of_another_alphabet_stays_itself():
    text = canonical("serial", PLATE | {"maker": "Завод", "model": "Ω-3"})

    assert text == "завод|ω3|1145332"


def test_a_word_that_mixes_alphabets_for_no_reason_is_refused():
    code = refusal_code("serial", PLATE | {"maker": "Haщs"})

    assert code == "MIXED_ALPHABETS"


@pytest.mark.parametrize("year", ["1885", "1980"])
def test_a_vehicle_from_before_vins_is_known_by_maker_and_chassis_number(year):
    found = identify(
        scheme="chassis",
        values={"maker": "Porsche", "chassis_number": "911-0100", "year_built": year},
    )

    assert found.canonical == "porsche|9110100"
    assert found.flags == {"LEGACY_CHASSIS_ID"}


@pytest.mark.parametrize("year", ["1884", "1981", "abc", "73"])
def test_a_chassis_number_is_for_vehicles_from_before_vins(year):
    values = {"maker": "Porsche", "chassis_number": "9110100", "year_built": year}

    code = refusal_code("chassis", values)

    assert code == "CHASSIS_YEAR"


def test_the_same_serial_of_another_maker_is_another_thing():
    first = canonical("serial", PLATE)

    second = canonical("serial", PLATE | {"maker": "Mazak"})

    assert first != second


@pytest.mark.parametrize(
    ("serial", "code"),
    [
        ("00000000", "PLACEHOLDER_ID"),
        ("12345678", "PLACEHOLDER_ID"),
        ("unknown", "PLACEHOLDER_ID"),
        ("test", "PLACEHOLDER_ID"),
        ("12", "SERIAL_LENGTH"),
        ("9" * 41, "SERIAL_LENGTH"),
        ("AB;DROP", "SERIAL_CHARSET"),
    ],
)
def test_a_filler_in_place_of_a_serial_is_refused(serial, code):
    found = refusal_code("serial", PLATE | {"serial": serial})

    assert found == code


def test_a_board_is_known_without_its_model():
    first = canonical("gpu_serial", {"maker": "NVIDIA", "board_serial": "1324821012345"})

    second = canonical(
        "gpu_serial", {"maker": "nvidia", "model": "H100", "board_serial": "1324821012345"}
    )

    assert first == second == "nvidia|1324821012345"


@pytest.mark.parametrize(
    "change",
    [
        {"artist": "Monet, Claude"},
        {"artist": " claude  MONET"},
        {"title": "water   lilies"},
        {"title": "“Water-Lilies”"},
        {"dimensions": "94.1 × 89.9 cm"},
        {"dimensions": "899 x 941 mm"},
        {"dimensions": "89,9 x 94,1 cm"},
        {"medium": "OIL ON CANVAS"},
    ],
)
def test_a_work_of_art_is_one_however_it_is_catalogued(change):
    text = canonical("object_id", WORK | change)

    assert text == "claude monet|water lilies|1906|oil on canvas|899x941"


@pytest.mark.parametrize(
    "change",
    [{"title": "Water Lilies II"}, {"year": "1907"}, {"dimensions": "90 x 94.1 cm"}],
)
def test_another_work_by_the_same_hand_is_another_work(change):
    text = canonical("object_id", WORK | change)

    assert text != canonical("object_id", WORK)


def test_accents_in_a_name_do_not_make_another_artist():
    plain = canonical("object_id", WORK | {"artist": "Joan Miro"})

    accented = canonical("object_id", WORK | {"artist": "Miró, Joan"})

    assert plain == accented


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"year": "c. 1906"}, "YEAR_FORMAT"),
        ({"year": "0906"}, "YEAR_FORMAT"),
        ({"dimensions": "90 x 94"}, "DIMENSIONS_FORMAT"),
        ({"dimensions": "90 cm"}, "DIMENSIONS_FORMAT"),
        ({"dimensions": "35 x 37 in"}, "DIMENSIONS_FORMAT"),
        ({"title": " "}, "PART_MISSING"),
        ({"title": "x" * 201}, "PART_TOO_LONG"),
        ({"title": "water\x00lilies"}, "PART_CHARSET"),
    ],
)
def test_a_work_that_is_not_fully_described_is_refused(change, code):
    found = refusal_code("object_id", WORK | change)

    assert found == code


def test_a_record_is_flagged_as_no_identifier_of_its_kind():
    found = identify(scheme="record", values=RECORD)

    assert found.canonical == "rdatasets|houses.csv|17"
    assert found.flags == {"RECORD_ONLY"}


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "01"])
def test_a_record_number_counts_from_one(number):
    code = refusal_code("record", RECORD | {"record": number})

    assert code == "RECORD_NUMBER"


def test_a_separator_inside_a_part_cannot_forge_another_identifier():
    first = canonical("serial", PLATE | {"maker": "a|b", "model": "c"})

    second = canonical("serial", PLATE | {"maker": "a", "model": "b|c"})

    assert first != second


def test_missing_parts_are_named():
    with pytest.raises(IdentifierError) as refusal:
        identify(scheme="serial", values={"maker": "Haas"})

    assert refusal.value.code == "PART_MISSING"
    assert "model, serial" in refusal.value.sentence


def test_an_unknown_scheme_is_refused_with_those_there_are():
    with pytest.raises(IdentifierError) as refusal:
        identify(scheme="passport", values={})

    assert refusal.value.code == "SCHEME_UNKNOWN"
    assert all(scheme in refusal.value.sentence for scheme in SCHEMES)
