"""VINs: the check digit, the market rule, placeholders, old vehicles."""

import pytest

from collateral.domain.identifiers import IdentifierError, identify
from collateral.domain.identifiers.vin import check_character

EUROPEAN = ["WP0ZZZ99ZTS392124", "KNEJC524585810962"]


def accept(raw, jurisdiction=None):
    return identify(scheme="vin", values={"vin": raw}, jurisdiction=jurisdiction)


def refuse(raw, jurisdiction=None):
    with pytest.raises(IdentifierError) as refusal:
        accept(raw, jurisdiction)
    return refusal.value


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "1G4AH59H45G118341", "1J9RP1A36A1644345"])
def test_a_published_sample_passes(vin):
    found = accept(vin)

    assert found.canonical == vin
    assert not found.flags


@pytest.mark.parametrize(
    ("vin", "expected"),
    [
        ("1M8GDM9AXKP042788", "X"),
        ("1G4AH59H45G118341", "4"),
        ("1J9RP1A36A1644345", "6"),
        ("WP0ZZZ99ZTS392124", "8"),
    ],
)
def test_the_check_character_is_that_of_the_regulation(vin, expected):
    found = check_character(vin)

    assert found == expected


@pytest.mark.parametrize(
    "raw",
    ["  1g1al58f787159241", "1G1AL58F7 8715 9241", "1G1-AL58F7-87159241", "１G1AL58F787159241"],
)
def test_every_spelling_of_one_vin_is_one_vin(raw):
    found = accept(raw)

    assert found.canonical == "1G1AL58F787159241"


def test_a_wrong_check_digit_is_refused_and_the_right_one_named():
    refusal = refuse("1J9RP1A3XA1644345")

    assert refusal.code == "VIN_CHECKSUM"
    assert "6 expected" in refusal.sentence


@pytest.mark.parametrize("letter", "IOQ")
def test_letters_that_look_like_digits_are_refused(letter):
    refusal = refuse(f"1HGCM82633A{letter}04352")

    assert refusal.code == "VIN_CHARSET"
    assert letter in refusal.sentence


@pytest.mark.parametrize("raw", ["1q87t3n166389", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427889", "1"])
def test_another_length_is_refused_with_the_way_for_old_vehicles(raw):
    refusal = refuse(raw)

    assert refusal.code == "VIN_LENGTH"
    assert "LEGACY_CHASSIS_ID" in refusal.sentence


@pytest.mark.parametrize("raw", ["11111111111111111", "00000000000000000", "1M8GDM9AXKP04278A"])
def test_placeholders_are_refused_though_their_sum_may_fit(raw):
    refusal = refuse(raw)

    assert refusal.code == "PLACEHOLDER_ID"


@pytest.mark.parametrize("vin", EUROPEAN)
@pytest.mark.parametrize("jurisdiction", [None, "DE", "ES"])
def test_a_market_without_check_digit_flags_and_accepts(vin, jurisdiction):
    found = accept(vin, jurisdiction)

    assert found.flags == {"VIN_CHECK_NOT_APPLICABLE"}


@pytest.mark.parametrize("vin", EUROPEAN)
@pytest.mark.parametrize("jurisdiction", ["US", "CA", "CN", "us"])
def test_the_same_vin_with_an_enforcing_title_is_refused(vin, jurisdiction):
    refusal = refuse(vin, jurisdiction)

    assert refusal.code == "VIN_CHECKSUM"


def test_an_american_vin_with_a_european_title_is_flagged_only():
    found = accept("1J9RP1A3XA1644345", "DE")

    assert found.flags == {"VIN_CHECK_NOT_APPLICABLE"}


@pytest.mark.parametrize("position", [place for place in range(17) if place != 8])
def test_a_changed_character_never_passes_where_the_check_digit_binds(position):
    good = "1G4AH59H45G118341"
    wrong = "2" if good[position] not in "2BKS" else "3"

    refusal = refuse(good[:position] + wrong + good[position + 1 :], "US")

    assert refusal.code == "VIN_CHECKSUM"


@pytest.mark.parametrize(
    "jurisdiction", ["us", " US ", "US-CA", "us-ny", "ＵＳ", "USA", "can", "CHN"]
)
def test_a_market_is_known_however_it_is_written(jurisdiction):
    refusal = refuse("WP0ZZZ99ZTS392124", jurisdiction)

    assert refusal.code == "VIN_CHECKSUM"


@pytest.mark.parametrize("jurisdiction", ["Germany", "U", "1A", "ZZ", "XX", "U S A!", "US-"])
def test_a_market_that_is_no_country_code_is_refused(jurisdiction):
    refusal = refuse("WP0ZZZ99ZTS392124", jurisdiction)

    assert refusal.code == "COUNTRY_FORMAT"


@pytest.mark.parametrize("jurisdiction", ["UK", "GB", "el", "GR", "EU", "XK", "deu", "ES-CT", ""])
def test_a_country_by_any_of_its_codes_lets_a_european_number_pass(jurisdiction):
    found = accept("WP0ZZZ99ZTS392124", jurisdiction)

    assert found.flags == {"VIN_CHECK_NOT_APPLICABLE"}


# Published numbers of North American cars and trucks, from six countries' makers.
NORTH_AMERICAN = [
    "1M8GDM9AXKP042788",
    "1HGCM82633A004352",
    "JH4KA7561PC008269",
    "JHMCM56557C404453",
    "1GNEK13ZX3R298984",
    "5GZCZ43D13S812715",
    "1XP5DB9X7YN526158",
    "2G1WT57K291223396",
    "1B3ES56C13D120225",
    "1GCEK14K8RE106083",
    "1J4FA29P4YP728937",
    "1N4AL11D75C109151",
    "JM1BL1S59A1134659",
    "5NPEU46F77H243119",
    "WDBRF40J43F433102",
    "5J6RE4H48BL023237",
    "5FNRL18613B046732",
]


@pytest.mark.parametrize("vin", NORTH_AMERICAN)
@pytest.mark.parametrize("jurisdiction", ["US", "CA", None])
def test_a_published_number_is_accepted_without_remarks(vin, jurisdiction):
    found = accept(vin, jurisdiction)

    assert (found.canonical, found.flags) == (vin, frozenset())


@pytest.mark.parametrize("vin", NORTH_AMERICAN)
def test_a_published_number_with_another_check_digit_is_refused(vin):
    damaged = [vin[:8] + one + vin[9:] for one in "0123456789X" if one != vin[8]]

    codes = {refuse(one, "US").code for one in damaged}

    assert codes == {"VIN_CHECKSUM"}


@pytest.mark.parametrize("year", "0UZ")
def test_a_model_year_that_the_market_does_not_know_is_flagged(year):
    body = f"1G1AL58F7{year}7159241"
    vin = body[:8] + check_character(body) + body[9:]

    found = accept(vin, "US")

    assert found.flags == {"VIN_MODEL_YEAR"}


def test_a_european_number_says_nothing_of_its_model_year():
    found = accept("WBAVA31070NL12345", "DE")

    assert "VIN_MODEL_YEAR" not in found.flags


@pytest.mark.parametrize("maker", ["7SAYGDEE", "7FCTGAAA", "7MUAAAAG"])
def test_a_number_of_the_newer_american_range_has_a_check_digit(maker):
    body = f"{maker}0PF123456"
    good = check_character(body)
    vin = body[:8] + good + body[9:]
    other = "1" if good != "1" else "2"

    assert accept(vin).flags == frozenset()
    assert refuse(body[:8] + other + body[9:]).code == "VIN_CHECKSUM"


def test_a_number_given_in_new_zealand_needs_none():
    found = accept("7AT0C13JX08123456")

    assert found.canonical == "7AT0C13JX08123456"


def test_a_car_built_in_mexico_for_europe_has_no_check_digit():
    found = accept("3VWZZZ1KZ8M056789")

    assert found.flags == {"VIN_CHECK_NOT_APPLICABLE"}


@pytest.mark.parametrize(
    "vin",
    [
        "WVGZZZ5NZEW069297",  # a filler in the check place
        "WF0KXXGCBKBJ13223",  # a letter there
        "W1V44770513858498",
        "YV1MC5851CJ126651",
        "ZFA16900000000001",  # the first of its model: ten zeros running
        "ZA9BB02E3WCAD1123",  # a small maker, its code in places 12 to 14
    ],
)
def test_a_european_number_is_accepted_as_it_is(vin):
    found = accept(vin)

    assert found.canonical == vin


@pytest.mark.parametrize("raw", ["*WVGZZZ5NZEW069297*", "WVGZZZ5NZ EW069297", "wvgzzz5nz-ew069297"])
def test_the_marks_of_a_plate_are_no_part_of_the_number(raw):
    found = accept(raw)

    assert found.canonical == "WVGZZZ5NZEW069297"


@pytest.mark.parametrize(
    "raw",
    [
        "00000000000000000",
        "11111111111111111",
        "WBA00000000000001",
        "WVWZZZ1KZ6W000000",
        "TESTVTN1234567890",
        "12345678901234567",
        "0VWZZZ1KZ6W123456",
        "WVWZZZ1KZ6W12345A",
        "WVWZZZ1KZ6WA12B45",
    ],
)
def test_a_number_made_up_to_fill_a_form_is_refused(raw):
    refusal = refuse(raw, "DE")

    assert refusal.code == "PLACEHOLDER_ID"


def test_a_letter_of_another_alphabet_is_named_in_the_refusal():
    refusal = refuse("1М8GDM9AXKP042788")

    assert refusal.code == "VIN_CHARSET"
    assert "cyrillic capital letter em" in refusal.sentence
