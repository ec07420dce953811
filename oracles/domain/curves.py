"""Prices brought to another day by a rule: depreciation by age, or a price index.

Everything is in whole numbers and rounds down, so that a derived price never flatters.
"""

from dataclasses import dataclass

from oracles.domain.quantities import BPS

_RAY = 10**27
_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What a thing loses a year, by year of its life; the last entry goes on for ever."""

    yearly_loss_bps: tuple[int, ...]

    def kept_bps(self, month: int) -> int:
        """Return what is kept of the value at the start of the year in which ``month`` lies."""
        year = min(month // _MONTHS, len(self.yearly_loss_bps) - 1)
        return BPS - self.yearly_loss_bps[year]


# Loss over five years: cars 45.6 %, trucks 40.4 %, electric cars 58.8 % (iSeeCars 2025).
# GPUs lose 35 to 40 % in the first year and 20 to 25 % a year after it.
# Machines: medians of real sales, 59,000 at 4 years, 40,000 at 10, 26,000 at 16.
CURVES: dict[str, Curve] = {
    "car": Curve(yearly_loss_bps=(1_600, 1_100, 1_050, 1_000, 950)),
    "electric_car": Curve(yearly_loss_bps=(2_200, 1_700, 1_550, 1_400, 1_250)),
    "truck": Curve(yearly_loss_bps=(1_400, 950, 900, 850, 800)),
    "machinery": Curve(yearly_loss_bps=(1_500, 1_200, 900, 650)),
    "gpu": Curve(yearly_loss_bps=(4_000, 2_500)),
    "device": Curve(yearly_loss_bps=(4_000, 3_000, 2_000)),
    "plant": Curve(yearly_loss_bps=(1_500, 1_000, 800)),
}


def aged_down(price: int, *, from_month: int, to_month: int, curve: Curve) -> int:
    """Return the price of a thing of age ``from_month`` when it is ``to_month`` old.

    Within a year of life the loss is linear in months.
    """
    if not 0 <= from_month <= to_month:
        raise ValueError(f"A thing does not go from {from_month} to {to_month} months of age.")
    return price * (_kept_ray(to_month, curve) * _RAY // _kept_ray(from_month, curve)) // _RAY


def _kept_ray(months: int, curve: Curve) -> int:
    """Return what is kept of the price of a new thing after so many months, times 10^27."""
    kept = _RAY
    for start in range(0, months, _MONTHS):
        lost_bps = BPS - curve.kept_bps(start)
        part = min(_MONTHS, months - start)
        kept = kept * (BPS * _MONTHS - lost_bps * part) // (BPS * _MONTHS)
    return kept


def indexed_down(price: int, *, index_then: int, index_now: int) -> int:
    """Return a past price brought to today by a price index of any unit, rounded down."""
    if index_then <= 0 or index_now <= 0:
        raise ValueError("A price index is above zero.")
    return price * index_now // index_then
