"""What each check digit must catch, for drawn numbers: one wrong digit, two neighbours swapped."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import cusip, figi, imo, isin, iso6346, luhn
from stdnum.es import cups, referenciacatastral
from stdnum.eu import eic
from stdnum.iso7064 import mod_97_10

from collateral.domain.identifiers import IdentifierError, identify
from collateral.domain.identifiers.vin import check_character

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ"
VIN_CHARACTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def drawn(alphabet, length):
    return st.text(alphabet, min_size=length, max_size=length)


def a_vin(start, middle, serial):
    body = f"1{start}{middle}{serial}"
    return body[:8] + check_character(body[:8] + "0" + body[8:]) + body[8:]


# Scheme → part, a strategy of good numbers, the places of the digits, whether swaps are caught.
GOOD = {
    "vin": (
        "vin",
        st.builds(
            a_vin,
            drawn(VIN_CHARACTERS.replace("9", ""), 7),
            drawn(VIN_CHARACTERS, 2),
            drawn(DIGITS, 6),
        ),
        range(11, 17),
    ),
    "imei": ("imei", drawn(DIGITS, 14).map(lambda n: n + luhn.calc_check_digit(n)), range(15)),
    "lei": (
        "lei",
        drawn(DIGITS + LETTERS, 18).map(lambda n: n + mod_97_10.calc_check_digits(n)),
        range(20),
    ),
    "isin": ("isin", drawn(DIGITS, 9).map(lambda n: isin.from_natid("US", n)), range(2, 12)),
    "cusip": ("cusip", drawn(DIGITS, 8).map(lambda n: n + cusip.calc_check_digit(n)), range(9)),
    "figi": (
        "figi",
        drawn(DIGITS + CONSONANTS, 8).map(lambda n: f"BBG{n}" + figi.calc_check_digit(f"BBG{n}")),
        range(3, 11),
    ),
    "eic": (
        "eic",
        drawn(DIGITS + LETTERS, 12).map(lambda n: f"22X{n}" + eic.calc_check_digit(f"22X{n}")),
        range(3, 15),
    ),
    "iso6346": (
        "container_number",
        st.builds(lambda o, n: f"{o}U{n}", drawn(LETTERS, 3), drawn(DIGITS, 6)).map(
            lambda n: n + iso6346.calc_check_digit(n)
        ),
        range(4, 11),
    ),
    "es_cadastre": (
        "cadastre",
        st.builds(lambda p, n: f"{p}VG8173B{n}", drawn(DIGITS, 7), drawn(DIGITS, 4)).map(
            lambda n: n + referenciacatastral.calc_check_digits(n)
        ),
        range(7),
    ),
    "es_cups": (
        "cups",
        drawn(DIGITS, 16).map(lambda n: f"ES{n}" + cups.calc_check_digits(f"ES{n}")),
        range(2, 18),
    ),
}
# Luhn does not see 09 and 90 swapped; a container's check 0 stands for 0 and 10.
LUHN = {"imei", "isin", "cusip", "figi"}


def accepts(scheme, text):
    try:
        found = identify(scheme=scheme, values={GOOD[scheme][0]: text}, jurisdiction=None)
    except IdentifierError:
        return False
    return found.canonical == text


def is_blind(scheme, good):
    return scheme == "iso6346" and good[-1] == "0"


@pytest.mark.parametrize("scheme", GOOD)
@given(data=st.data())
def test_a_number_with_its_check_digit_is_accepted(scheme, data):
    good = data.draw(GOOD[scheme][1])
    assume(len(set(good)) > 3 and not good.endswith("-") and "000000" not in good)

    accepted = accepts(scheme, good)

    assert accepted


@pytest.mark.parametrize("scheme", GOOD)
@given(data=st.data())
def test_one_wrong_digit_is_caught(scheme, data):
    good = data.draw(GOOD[scheme][1])
    place = data.draw(st.sampled_from([n for n in GOOD[scheme][2] if good[n].isdigit()] or [0]))
    assume(good[place].isdigit() and not is_blind(scheme, good))
    wrong = data.draw(st.sampled_from([one for one in DIGITS if one != good[place]]))
    bad = good[:place] + wrong + good[place + 1 :]
    assume(not is_blind(scheme, bad))

    accepted = accepts(scheme, bad)

    assert not accepted


@pytest.mark.parametrize("scheme", GOOD)
@given(data=st.data())
def test_two_neighbouring_digits_swapped_are_caught(scheme, data):
    good = data.draw(GOOD[scheme][1])
    places = [n for n in list(GOOD[scheme][2])[:-1] if good[n : n + 2].isdigit()]
    assume(places)
    place = data.draw(st.sampled_from(places))
    first, second = good[place : place + 2]
    assume(first != second and not is_blind(scheme, good))
    assume(not (scheme in LUHN and {first, second} == {"0", "9"}))
    bad = good[:place] + second + first + good[place + 2 :]
    assume(not is_blind(scheme, bad))

    accepted = accepts(scheme, bad)

    assert not accepted


@given(number=st.integers(100_000, 999_999).map(str), place=st.integers(0, 5))
def test_two_neighbouring_digits_of_a_ship_number_swapped_are_caught(number, place):
    good = number + imo.calc_check_digit(number)
    assume(good[place] != good[place + 1] and place < 5)
    bad = good[:place] + good[place + 1] + good[place] + good[place + 2 :]

    with pytest.raises(IdentifierError):
        identify(scheme="imo", values={"imo": bad})


@given(number=st.integers(100_000, 999_999).map(str), change=st.integers(1, 9))
def test_a_wrong_digit_of_a_ship_number_is_caught_where_its_weight_allows(number, change):
    good = number + imo.calc_check_digit(number)
    assume(len(set(good)) > 3)

    # The weights 7 and 3 share no factor with ten.
    for place in (0, 4):
        bad = good[:place] + str((int(good[place]) + change) % 10) + good[place + 1 :]
        with pytest.raises(IdentifierError):
            identify(scheme="imo", values={"imo": bad})
