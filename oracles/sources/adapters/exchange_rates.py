"""Rates of exchange, in the form in which central banks' figures are commonly served."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from oracles.domain.quantities import BASE_DECIMALS, ObservationKind, Unit
from oracles.models import SourceFeed
from oracles.sources.adapters.base import Asking, check_address, fetched
from oracles.sources.documents import document_of
from oracles.sources.errors import SourceFailed
from oracles.sources.fetching import JSON
from oracles.sources.statements import NewObservation

_SCALE = BASE_DECIMALS[Unit.USD_PER_ONE]
_MOST = 300
_LONGEST = 40
_LEAST, _MOST_RATE = Decimal("1e-12"), Decimal("1e12")


class ExchangeRates:
    """``{"base": "USD", "date": "2026-11-26", "rates": {"EUR": 0.92}}``, or with ``timestamp``.

    Rates say what one unit of the base buys; those of another base than the dollar need the
    dollar among them. Each is turned into dollars for one unit and rounded down.
    """

    def check(self, feed: SourceFeed) -> None:
        check_address(feed)

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        return fetched(feed, asking, JSON)

    def read(self, feed: SourceFeed, document: bytes, now: int) -> Iterable[NewObservation]:
        told = document_of(document)
        rates = told.get("rates") if isinstance(told, dict) else None
        if not isinstance(rates, dict) or not rates or len(rates) > _MOST:
            raise SourceFailed("WRONG_SHAPE", 'The answer has no object of rates under "rates".')
        base, at = str(told.get("base", "USD")), _moment(told)
        dollars = _dollars_for_one(base, rates)
        for currency in sorted({*rates, base} - {"USD"}):
            yield NewObservation(
                source=feed.source.slug,
                kind=ObservationKind.EXCHANGE_RATE,
                value=_value(dollars, 1 if currency == base else rates[currency]),
                unit=Unit.USD_PER_ONE,
                scale=_SCALE,
                observed_at=at,
                token=currency[:_LONGEST],
                raw=document,
            )


def _moment(told: Mapping[str, Any]) -> int:
    """Return when the rates held: a time in unix seconds, else the start of their day."""
    if isinstance(told.get("timestamp"), int) and not isinstance(told["timestamp"], bool):
        return int(told["timestamp"])
    try:
        day = date.fromisoformat(str(told.get("date")))
    except ValueError:
        raise SourceFailed(
            "WRONG_SHAPE", 'The answer does not say when its rates hold, as "date" or "timestamp".'
        ) from None
    return int(datetime.combine(day, time.min, tzinfo=UTC).timestamp())


def _dollars_for_one(base: str, rates: Mapping[str, Any]) -> Decimal:
    """Return what one unit of the base is worth in dollars."""
    dollars = Decimal(1) if base == "USD" else _decimal(rates.get("USD"))
    if dollars is None or dollars <= 0:
        raise SourceFailed(
            "WRONG_SHAPE", f"The rates are to {base[:8]!r} and do not hold the dollar."
        )
    return dollars


def _value(dollars: Decimal, rate: object) -> object:
    """Return the worth of one unit in 1e-12 dollars, or what was given where it is no rate."""
    number = _decimal(rate)
    if number is None:
        return str(rate)[:_LONGEST]
    return int(dollars / number * 10**_SCALE) if number > 0 else -1


def _decimal(given: object) -> Decimal | None:
    text = str(given)
    try:
        number = Decimal(text) if len(text) <= _LONGEST else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite():
        return None
    return number if number <= 0 or _LEAST < number < _MOST_RATE else None
