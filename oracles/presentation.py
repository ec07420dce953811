"""Numbers of the oracles as people read them."""

from datetime import UTC, datetime

LEDGER_UNITS_PER_CENT = 10_000


def dollars(units: int) -> str:
    """Return ledger units (1e-6 USD) as dollars and cents, cut, not rounded."""
    sign, cents = ("-" if units < 0 else ""), abs(units) // LEDGER_UNITS_PER_CENT
    return f"{sign}${cents // 100:,}.{cents % 100:02d}"


def scaled(value: int, scale: int) -> str:
    """Return ``value · 10^-scale`` in digits, without trailing zeros."""
    whole, part = divmod(value, 10**scale) if scale > 0 else (value, 0)
    fraction = str(part).rjust(scale, "0").rstrip("0") if part else ""
    return f"{whole:,}.{fraction}" if fraction else f"{whole:,}"


def moment(unix_s: int | None) -> str:
    """Return unix seconds as date and time in UTC."""
    if not unix_s:
        return "—"
    return datetime.fromtimestamp(unix_s, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


def percent(bps: int) -> str:
    """Return basis points as a percentage with one decimal."""
    return f"{bps / 100:.1f} %"
