"""One answer for one line of a list, whatever the line holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collateral.domain.identifiers import SCHEMES
from collateral.domain.identifiers.checking import MAX_LINE_BYTES, check_line, check_value

GOOD_LINES = [
    ({"scheme": "vin", "value": " 1m8gdm9axkp042788", "jurisdiction": "US"}, "1M8GDM9AXKP042788"),
    ({"scheme": "VIN", "value": "1M8GDM9AXKP042788", "jurisdiction": None}, "1M8GDM9AXKP042788"),
    ({"scheme": "lei", "value": "5493001KJTIIGC8Y1R12", "more": [1]}, "5493001KJTIIGC8Y1R12"),
    ({"scheme": "fips_apn", "value": "17031|14-33-422-068"}, "17031|1433422068"),
    ({"scheme": "fips_apn", "value": {"fips": "17031", "apn": "1433422068"}}, "17031|1433422068"),
]
BAD_LINES = [
    (b"", "LINE_NOT_JSON"),
    (b"vin,1M8GDM9AXKP042788", "LINE_NOT_JSON"),
    (b'{"scheme": "vin", "value": "1M8', "LINE_NOT_JSON"),
    (b"[" * 60_000, "LINE_NOT_JSON"),
    (b'{"scheme": "imei", "value": ' + b"9" * 6_000 + b"}", "LINE_NOT_JSON"),
    (b"[1]", "LINE_NOT_OBJECT"),
    (b"null", "LINE_NOT_OBJECT"),
    (b"{}", "KEY_MISSING"),
    (b'{"value": "1"}', "KEY_MISSING"),
    (b'{"scheme": "vin"}', "KEY_MISSING"),
    (b'{"scheme": "imei", "value": 490154203237518}', "KEY_TYPE"),
    (b'{"scheme": ["vin"], "value": "1"}', "KEY_TYPE"),
    (b'{"scheme": "vin", "value": null}', "KEY_TYPE"),
    (b'{"scheme": "vin", "value": {"vin": 1}}', "KEY_TYPE"),
    (b'{"scheme": "vin", "value": "1M8GDM9AXKP042788", "jurisdiction": 1}', "KEY_TYPE"),
    (b'{"scheme": "passport", "value": "1"}', "SCHEME_UNKNOWN"),
    (b'{"scheme": "", "value": "1"}', "SCHEME_UNKNOWN"),
    (b'{"scheme": "vin", "value": ""}', "PART_MISSING"),
    (b'{"scheme": "serial", "value": "Haas|VF-2"}', "PART_MISSING"),
    (b'{"scheme": "vin", "value": "1M8GDM9AXKP\\u0000042788"}', "PART_CHARSET"),
    (b'{"scheme": "vin", "value": "1M8GDM9AXKP\\ud800042788"}', "PART_CHARSET"),
    (b'{"scheme": "vin", "value": "\xff\xfe"}', "LINE_ENCODING"),
    (b'{"scheme": "vin", "value": "' + b"1" * 2_000 + b'"}', "VALUE_TOO_LONG"),
    (b"x" * (MAX_LINE_BYTES + 1), "LINE_TOO_LONG"),
]


@pytest.mark.parametrize(("asked", "canonical"), GOOD_LINES)
def test_a_good_line_is_accepted_in_its_canonical_spelling(asked, canonical):
    verdict = check_line(json.dumps(asked).encode())

    assert (verdict.ok, verdict.code, verdict.canonical) == (True, "OK", canonical)


@pytest.mark.parametrize(("line", "code"), BAD_LINES)
def test_a_bad_line_gets_one_answer_with_its_code(line, code):
    answer = json.loads(check_line(line).as_json())

    assert set(answer) == {"ok", "code", "canonical", "message"}
    assert (answer["ok"], answer["code"], answer["canonical"]) == (False, code, None)
    assert answer["message"].endswith(".")
    assert len(answer["message"]) < 2_000


def test_an_accepted_value_with_a_remark_has_its_flag_as_code():
    verdict = check_value(scheme="vin", value="WP0ZZZ99ZTS392124", jurisdiction="DE")

    assert (verdict.ok, verdict.code) == (True, "VIN_CHECK_NOT_APPLICABLE")


def test_an_answer_is_ascii_so_that_any_terminal_shows_it():
    answer = check_value(scheme="vin", value="1М8GDM9AXKP042788").as_json()

    assert answer.isascii()


@given(st.binary(max_size=300))
def test_no_line_of_bytes_is_an_error(line):
    answer = json.loads(check_line(line).as_json())

    assert not answer["ok"]


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    asked=st.fixed_dictionaries(
        {},
        optional={
            "scheme": st.sampled_from(sorted(SCHEMES)) | any_json,
            "value": any_json,
            "jurisdiction": any_json,
        },
    )
)
def test_no_json_whatever_its_types_is_an_error(asked):
    answer = json.loads(check_line(json.dumps(asked).encode()).as_json())

    assert answer["ok"] == (answer["canonical"] is not None)
    assert answer["code"]
    assert answer["message"].endswith(".")


@given(
    scheme=st.sampled_from(sorted(SCHEMES)),
    value=st.text(max_size=40),
    jurisdiction=st.none() | st.text(max_size=4),
)
def test_no_text_is_an_error(scheme, value, jurisdiction):
    verdict = check_value(scheme=scheme, value=value, jurisdiction=jurisdiction)

    assert verdict.ok == (verdict.canonical is not None)
    assert verdict.message.endswith(".")


@given(
    vin=st.sampled_from(["1M8GDM9AXKP042788", "WVGZZZ5NZEW069297"]),
    blanks=st.lists(st.sampled_from(" -\u00a0\u200b\u2010\u2212\ufeff\u00ad\t"), max_size=17),
    data=st.data(),
)
def test_blanks_dashes_width_and_case_never_make_another_vin(vin, blanks, data):
    written = [data.draw(st.sampled_from([one, one.lower(), wide(one)])) for one in vin]
    for blank in blanks:
        written.insert(data.draw(st.integers(0, len(written))), blank)

    verdict = check_value(scheme="vin", value="".join(written))

    assert verdict.canonical == vin


def wide(character):
    return chr(ord(character) + 0xFEE0)
