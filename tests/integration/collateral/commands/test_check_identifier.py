"""The command: one line for one line, in order, whatever the list holds."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from collateral.domain.identifiers.checking import MAX_LINE_BYTES

LINES = [
    b'{"scheme": "vin", "value": "1M8GDM9AXKP042788", "jurisdiction": "US"}',
    b"",
    b"not json",
    b'{"scheme": "vin", "value": "\xff"}',
    b"x" * (3 * MAX_LINE_BYTES),
    b"x" * (MAX_LINE_BYTES + 1),
    b'{"scheme": "vin", "value": "1M8\x00"}',
    b'{"scheme": "imo", "value": "IMO 9319466"}',
]
CODES = [
    "OK",
    "LINE_NOT_JSON",
    "LINE_NOT_JSON",
    "LINE_ENCODING",
    "LINE_TOO_LONG",
    "LINE_TOO_LONG",
    "LINE_NOT_JSON",
    "OK",
]


def run(*arguments, **options):
    output = io.StringIO()
    call_command("check_identifier", *arguments, stdout=output, **options)
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last_line_ends", [True, False])
def test_each_line_has_its_answer_in_order(tmp_path, end, last_line_ends):
    file = tmp_path / "list.jsonl"
    file.write_bytes(end.join(LINES) + (end if last_line_ends else b""))

    answers = run(file=str(file))

    assert [one["code"] for one in answers] == CODES


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_list_in_utf_16_is_read_as_one_in_utf_8(tmp_path, encoding):
    texts = ['{"scheme": "vin", "value": "1M8GDM9AXKP042788"}', "", "Ω not json", "x" * 70_000]
    file = tmp_path / "list.jsonl"
    file.write_bytes(("\ufeff" + "\r\n".join(texts) + "\r\n").encode(encoding))

    answers = run(file=str(file))

    assert [one["code"] for one in answers] == [
        "OK",
        "LINE_NOT_JSON",
        "LINE_NOT_JSON",
        "LINE_TOO_LONG",
    ]


def test_half_a_character_of_utf_16_is_refused_with_its_line(tmp_path):
    file = tmp_path / "list.jsonl"
    file.write_bytes(b"\xff\xfe{\x00\n\x00\x00\xd8\n")

    answers = run(file=str(file))

    assert [one["code"] for one in answers] == ["LINE_NOT_JSON", "LINE_NOT_JSON"]


def test_a_long_list_is_answered_whole(tmp_path):
    file = tmp_path / "list.jsonl"
    file.write_bytes((LINES[0] + b"\n") * 2_345)

    answers = run(file=str(file))

    assert len(answers) == 2_345
    assert all(one["ok"] for one in answers)


def test_an_empty_list_has_no_answers(tmp_path):
    file = tmp_path / "list.jsonl"
    file.write_bytes(b"")

    assert run(file=str(file)) == []


def test_one_value_is_answered_on_one_line():
    (answer,) = run("vin", "1M8GDM9AXKP042788", jurisdiction="US")

    assert answer["canonical"] == "1M8GDM9AXKP042788"


def test_a_refused_value_ends_with_exit_code_one():
    with pytest.raises(SystemExit) as end:
        run("vin", "1J9RP1A3XA1644345")

    assert end.value.code == 1


@pytest.mark.parametrize("arguments", [(), ("vin",)])
def test_a_call_without_a_value_says_what_to_give(arguments):
    with pytest.raises(CommandError, match="Give a scheme and a value"):
        run(*arguments)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"missing\.jsonl cannot be read"):
        run(file=str(tmp_path / "missing.jsonl"))
