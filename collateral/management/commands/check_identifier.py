"""Check an identifier, or a list of them: is it well-formed, and what is its one spelling?"""

import sys
from argparse import ArgumentParser
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collateral.domain.identifiers import SCHEMES
from collateral.domain.identifiers.checking import MAX_LINE_BYTES, check_line, check_value

LINES_WRITTEN_AT_ONCE = 1_000


class Command(BaseCommand):
    """Check one value, or a file of JSON lines: `{"scheme", "value", "jurisdiction"}` each.

    Writes one line of JSON for each: `ok`, `code`, `canonical`, `message`, in the order of the
    input. The exit code is 1 when the single value is refused; a file is always answered whole.
    """

    help = __doc__
    stack_needs: frozenset[str] = frozenset()
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scheme", nargs="?", help=f"one of {', '.join(SCHEMES)}")
        parser.add_argument("value", nargs="?", help="the identifier; several parts as part|part")
        parser.add_argument("--jurisdiction", metavar="CC", help="country of the title")
        parser.add_argument("--file", metavar="F", help="a file of JSON lines; - for the input")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] is not None:
            self._check_file(options["file"])
            return
        if options["scheme"] is None or options["value"] is None:
            raise CommandError(
                "Give a scheme and a value, such as vin 1M8GDM9AXKP042788, or --file."
            )
        verdict = check_value(
            scheme=options["scheme"], value=options["value"], jurisdiction=options["jurisdiction"]
        )
        self.stdout.write(verdict.as_json())
        if not verdict.ok:
            sys.exit(1)

    def _check_file(self, name: str) -> None:
        try:
            if name == "-":
                self._answer(sys.stdin.buffer)
                return
            with Path(name).open("rb") as lines:
                self._answer(lines)
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error

    def _answer(self, lines: BufferedReader) -> None:
        answers: list[str] = []
        for line in bounded_lines(lines):
            answers.append(check_line(line).as_json())
            if len(answers) == LINES_WRITTEN_AT_ONCE:
                self.stdout.write("\n".join(answers))
                answers.clear()
        if answers:
            self.stdout.write("\n".join(answers))


def bounded_lines(source: BufferedReader) -> Iterator[bytes]:
    """Yield the lines without their ends; of an endless one only what shows that it is too long.

    A list that begins with the mark of UTF-16, as some shells and spreadsheets write, is read so.
    """
    is_utf16 = source.peek(2)[:2] in (BOM_UTF16_LE, BOM_UTF16_BE)
    lines = utf16_as_utf8(source) if is_utf16 else source
    while line := lines.readline(MAX_LINE_BYTES + 2):
        yield line.rstrip(b"\r\n")
        while line and not line.endswith(b"\n"):
            line = lines.readline(MAX_LINE_BYTES)


def utf16_as_utf8(source: BufferedReader) -> BufferedReader:
    """Return a reader of the same text in UTF-8; what is no UTF-16 reads as U+FFFD."""
    text = TextIOWrapper(source, encoding="utf-16", errors="replace", newline="")
    return BufferedReader(_Encoded(text))


class _Encoded(RawIOBase):
    """The bytes of a text in UTF-8, made as they are read."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # No character takes more than four bytes.
        part = self._text.read(len(buffer) // 4).encode("utf-8", "replace")
        buffer[: len(part)] = part
        return len(part)
