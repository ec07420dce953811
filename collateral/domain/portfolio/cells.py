"""Cells of a file to whole base units, refusing whatever could mean two things."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from collateral.domain.classes import Field, Kind, Unit
from collateral.domain.identifiers.countries import country_of
from collateral.domain.identifiers.places import hex_cell
from collateral.domain.portfolio.errors import CellError, FileRefused

MAX_MONEY_UNITS = 10**18
MAX_MEASURE = 10**30
MAX_DIGITS = 30
FIRST_YEAR = 1500
DATE_UNITS = ("iso", "dmy", "mdy", "year", "excel_days", "sas_days", "unix_days")
DECIMAL_MARKS = (".", ",")
_DAY_ZERO = {
    "excel_days": date(1899, 12, 30),
    "sas_days": date(1960, 1, 1),
    "unix_days": date(1970, 1, 1),
}
_FOREIGN = re.compile(r"([A-Z]{3})@([0-9]{1,3}(?:\.[0-9]{1,8})?)")
_LEDGER_UNITS_PER_USD = 10**6
_DOLLARS = "USD"
# What is written before and behind a number: its currency or its unit, and ",-" for no cents.
_BESIDE = re.compile(r"([^0-9.,+\-']*)(.*?[0-9.,])(?:,-{1,2})?([^0-9.,'\-]*)")
_SIGNS = {"US$": "USD", "€": "EUR", "£": "GBP"}
# Signs of several currencies go with whichever the column is said to hold.
_SHARED_SIGNS = frozenset({"$", "¥"})
_CURRENCY_CODE = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*|[+-]?[.,][0-9]+")
_POWER_OF_TEN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE]\+[0-9]{2}")
_SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f", " ") | {"\u2019": "'"})
_ONE_MARK_THREE_DIGITS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
# A month before the year is read over, and the ".0" of years that were kept as fractions.
_YEAR = re.compile(r"(?:(?:0?[1-9]|1[0-2])[/.-])?([0-9]{4})(?:\.0+)?")
_BARE_YEAR = re.compile(r"((?:1[5-9]|20)[0-9]{2})(?:\.0+)?")
# A time of day behind the day is read over; so is its zone.
_ISO = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:T[0-9]{6})?")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})[-., ]+([0-9]{4})")
_NAMED = re.compile(r"([0-9]{1,2})[-. ]*([A-Za-z]{3,9})[-., ]*([0-9]{4}|(?<=[-])[0-9]{2})")
_NAME_FIRST = re.compile(r"([A-Za-z]{3,9})\.? *([0-9]{1,2}),? +([0-9]{4})")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
# Two digits of a year are read with marks that do not begin with the year.
_SHORT = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{2})")
_FIRST_SHORT_YEAR = 1969
_SERIAL = re.compile(r"[0-9]{1,6}")
_MONTHS = 12


def parse_number(raw: str, *, decimal_mark: str = "", beside: str = _DOLLARS) -> Fraction:
    """Return the exact number in ``raw``.

    One mark followed by three digits (28.500) is thousands in one country and a fraction in
    another; without a declared ``decimal_mark`` it is refused, never guessed. ``beside`` is what
    may stand beside it: the code of its currency, or of its unit.
    """
    text = _without_words(raw, beside)
    if _POWER_OF_TEN.fullmatch(text):
        return Fraction(Decimal(text))
    if not _NUMBER.fullmatch(text) or sum(c.isdigit() for c in text) > MAX_DIGITS:
        raise CellError("NOT_A_NUMBER", f"{raw!r} is not a number.")
    sign = -1 if text.startswith("-") else 1
    body = text.lstrip("+-").replace(" ", "").replace("'", "")
    if not decimal_mark and _ONE_MARK_THREE_DIGITS.fullmatch(body):
        raise CellError(
            "AMBIGUOUS_NUMBER",
            f"{raw!r} can be read as {body.replace(',', '.')} or as "
            f"{body.replace('.', '').replace(',', '')}; write it without a "
            "thousands mark and with two decimals or none, or for a whole file say which mark is "
            "the decimal one (--decimal . or --decimal ,).",
        )
    return sign * _fraction(raw, body, decimal_mark or _decimal_mark(body))


def bare_number(raw: str) -> str:
    """Return a number without what stands before and behind it, and without blanks."""
    text = raw.translate(_SPACES).strip()
    found = _BESIDE.fullmatch(text)
    return (found[2] if found else text).replace(" ", "")


def _without_words(raw: str, beside: str) -> str:
    """Return a number without its own currency or unit; another currency is refused."""
    text = raw.translate(_SPACES).strip()
    if text.casefold().endswith(beside.casefold()):
        text = text[: -len(beside)]
    found = _BESIDE.fullmatch(text)
    if found is None:
        return text
    words = [word for word in (found[1].strip(), found[3].strip()) if word]
    if all(_goes_with(word, beside) for word in words):
        return found[2].strip()
    currencies = [_SIGNS.get(word, word) for word in words]
    other = next((one for one in currencies if _CURRENCY_CODE.fullmatch(one)), None)
    if other and _CURRENCY_CODE.fullmatch(beside) and other != beside:
        raise CellError(
            "CURRENCY_MISMATCH",
            f"{raw!r} is in {other} where {beside} is expected; map a column in another currency "
            f"with its rate in US dollars, such as price=Price:{other}@1.08.",
        )
    return text


def _goes_with(word: str, beside: str) -> bool:
    if word.casefold() == beside.casefold():
        return True
    money = _CURRENCY_CODE.fullmatch(beside) is not None
    return money and (word in _SHARED_SIGNS or _SIGNS.get(word.upper()) == beside)


def _decimal_mark(body: str) -> str:
    """Return the mark that can only be the decimal one: the last, if it comes once."""
    last = max(body.rfind("."), body.rfind(","))
    mark = body[last] if last >= 0 else "."
    if body.count(mark) == 1:
        return mark
    return "," if mark == "." else "."


def _fraction(raw: str, body: str, decimal_mark: str) -> Fraction:
    thousands_mark = "," if decimal_mark == "." else "."
    whole, _, rest = body.partition(decimal_mark)
    groups = whole.split(thousands_mark)
    grouped = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    )
    if not grouped or thousands_mark in rest or decimal_mark in rest:
        raise CellError("NOT_A_NUMBER", f"{raw!r} is not a number: its marks do not fit.")
    return Fraction(Decimal(f"{''.join(groups) or '0'}.{rest or '0'}"))


def parse_date(raw: str, *, unit: str = "") -> date:
    """Return the day in ``raw``: ISO, with the month's name, or as ``unit`` says.

    Units are ``dmy`` and ``mdy`` for days between marks, ``year``, and day numbers by their day
    zero. A month or a year without a day counts as its first day.
    """
    text = raw.strip()
    try:
        found = _day_number(text, _DAY_ZERO[unit]) if unit in _DAY_ZERO else _day(raw, text, unit)
    except (ValueError, OverflowError) as error:
        if isinstance(error, CellError):
            raise
        raise CellError("NOT_A_DATE", f"{raw!r} is not a day of the calendar.") from error
    if found is None:
        raise CellError("NOT_A_DATE", f"{raw!r} is not a date; write it as 2026-03-31.")
    return found


def _day(raw: str, text: str, unit: str) -> date | None:
    """Return the day that a text writes out, None where it writes none."""
    if unit == "year" and (found := _BARE_YEAR.fullmatch(text)):
        return date(int(found[1]), 1, 1)
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return date(year, month, day)
    if found := _DAY_FIRST.fullmatch(text) or _SHORT.fullmatch(text):
        return _slashed(raw, int(found[1]), int(found[2]), found[3], unit)
    if found := _NAMED.fullmatch(text):
        return date(_full_year(found[3]), _month(found[2]), int(found[1]))
    if found := _NAME_FIRST.fullmatch(text):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    if found := _MONTH.fullmatch(text):
        return date(int(found[1]), int(found[2]), 1)
    if found := _NAMED_MONTH.fullmatch(text):
        return date(int(found[2]), _month(found[1]), 1)
    return None


def _full_year(digits: str) -> int:
    """Return a year of four digits; two of them mean 1969 to 2068, as in POSIX."""
    if len(digits) > 2:
        return int(digits)
    return _FIRST_SHORT_YEAR + (int(digits) - _FIRST_SHORT_YEAR) % 100


def _month(name: str) -> int:
    """Return the number of a month by its English name or the first letters of it."""
    folded = name.casefold()
    found = [number for number, known in enumerate(_MONTH_NAMES, 1) if known.startswith(folded)]
    if len(found) != 1:
        raise ValueError(f"{name!r} is no month")
    return found[0]


def date_order(cells: Iterable[str]) -> str:
    """Return ``dmy`` or ``mdy`` where some cell of a column can only be read so, and none other.

    With years of two digits only ``mdy`` can be shown: a first part above 12 may be the year.
    """
    texts = [cell.strip() for cell in cells]
    long = [parts for text in texts if (parts := _DAY_FIRST.fullmatch(text))]
    short = [parts for text in texts if (parts := _SHORT.fullmatch(text))]
    not_month_first = any(int(parts[1]) > _MONTHS for parts in long + short)
    not_day_first = any(int(parts[2]) > _MONTHS for parts in long + short)
    if not_day_first:
        return "" if not_month_first else "mdy"
    return "dmy" if any(int(parts[1]) > _MONTHS for parts in long) else ""


def _day_number(text: str, zero: date) -> date:
    if not _SERIAL.fullmatch(text):
        raise CellError("NOT_A_DATE", f"{text!r} is not a day number.")
    return zero + timedelta(days=int(text))


def _slashed(raw: str, first: int, second: int, digits: str, unit: str) -> date:
    year, full = _full_year(digits), len(digits) > 2
    if unit == "dmy" or (not unit and full and first > _MONTHS):
        return date(year, second, first)
    if unit == "mdy" or (not unit and (second > _MONTHS or (full and first == second))):
        return date(year, first, second)
    raise CellError(
        "AMBIGUOUS_DATE",
        f"{raw!r} can be read day first or month first; say which with :dmy or :mdy.",
    )


def refuse_bare_day_numbers(column: str, cells: Iterable[str]) -> None:
    """Refuse a date column that counts days from a day zero nobody declared."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and all(_BARE_YEAR.fullmatch(cell) for cell in filled):
        raise FileRefused(
            "DAY_NUMBERS",
            f"Column {column!r} holds numbers such as {filled[0]}; if they are years, say so: "
            f"{column}:year.",
        )
    if filled and all(_SERIAL.fullmatch(cell) for cell in filled):
        raise FileRefused(
            "DAY_NUMBERS",
            f"Column {column!r} holds day numbers such as {filled[0]}; say from which day they "
            f"count: {column}:excel_days (1899-12-30), {column}:sas_days (1960-01-01) or "
            f"{column}:unix_days (1970-01-01).",
        )


def parse_cell(field: Field, raw: str, *, unit: str, decimal_mark: str, as_of: date) -> int | str:
    """Return the value of a cell in the field's base unit.

    Raises :class:`CellError`, or ``IdentifierError`` for a country or an H3 cell.
    """
    if field.kind is Kind.TEXT:
        return _text(field, raw)
    if field.kind is Kind.COUNTRY:
        return country_of(raw)
    if field.kind is Kind.DATE:
        return _past(field, parse_date(raw, unit=unit), as_of).isoformat()
    if field.kind is Kind.YEAR:
        return _year(field, raw, as_of)
    if field.kind is Kind.CELL:
        return hex_cell(raw).canonical
    number = parse_number(raw, decimal_mark=decimal_mark, beside=_beside(field, unit))
    _refuse_negative(field, raw, number)
    if field.kind is Kind.WHOLE:
        return _whole(field, raw, number)
    return _scaled(field, raw, number, unit)


def _beside(field: Field, unit: str) -> str:
    """Return what may stand beside a number of a field: its currency's code, or its unit's."""
    foreign = _FOREIGN.fullmatch(unit)
    if field.kind is Kind.MONEY:
        return foreign[1] if foreign else _DOLLARS
    chosen = unit_of(field, unit)
    return chosen.code if chosen else field.name


def unit_of(field: Field, code: str) -> Unit | None:
    """Return the unit of that code, the field's first where none is said.

    Money in another currency carries its rate, in US dollars for one: ``SGD@0.58``.
    """
    if not code:
        return field.units[0] if field.units else None
    if field.kind is Kind.MONEY and (found := _FOREIGN.fullmatch(code)):
        return Unit(code, Fraction(Decimal(found[2])) * _LEDGER_UNITS_PER_USD)
    return next((unit for unit in field.units if unit.code == code), None)


def _text(field: Field, raw: str) -> str:
    text = " ".join(raw.split())
    if len(text) > 200 or "\x00" in text:
        raise CellError("TEXT_TOO_LONG", f"The {field.name} is longer than 200 characters.")
    return text


def _past(field: Field, day: date, as_of: date) -> date:
    if day > as_of:
        raise CellError("FUTURE_DATE", f"The {field.name} {day} lies after {as_of}.")
    return day


def _year(field: Field, raw: str, as_of: date) -> int:
    found = _YEAR.fullmatch(raw.strip())
    if not found or not FIRST_YEAR <= int(found[1]) <= as_of.year + 1:
        raise CellError(
            "YEAR_SENTINEL",
            f"The {field.name} {raw!r} is not a year from {FIRST_YEAR} to {as_of.year + 1}.",
        )
    return int(found[1])


def _refuse_negative(field: Field, raw: str, number: Fraction) -> None:
    if number < 0:
        code = "NEGATIVE_PRICE" if field.kind is Kind.MONEY else "NEGATIVE_USAGE"
        raise CellError(code, f"The {field.name} {raw!r} is negative.")
    if number == 0 and field.name == "price":
        raise CellError("ZERO_PRICE", "The price is 0, which is no price; leave it empty instead.")


def _whole(field: Field, raw: str, number: Fraction) -> int:
    if number.denominator != 1 or number > 10**9:
        raise CellError("NOT_WHOLE", f"The {field.name} {raw!r} is not a whole number in range.")
    return int(number)


def _scaled(field: Field, raw: str, number: Fraction, unit: str) -> int:
    """Return the number in base units, rounded down: never more than what was written."""
    chosen = unit_of(field, unit)
    value = int(number * chosen.scale) if chosen else int(number)
    limit = MAX_MONEY_UNITS if field.kind is Kind.MONEY else MAX_MEASURE
    if value > limit:
        raise CellError("OUT_OF_RANGE", f"The {field.name} {raw!r} is larger than can be real.")
    return value
