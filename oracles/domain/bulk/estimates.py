"""Estimates of physical things, compiled: `appraised.appraise`, `income.value_by_income`, caps.

``said`` are columns of source, kind, unit, amount and time; a subject's observations lie from
``start`` to before ``end``, sorted by source. Functions that return a bool return False where a
number does not fit 64 bits. An estimate is five numbers in ``found``; a value of zero is none.
"""

from typing import Any

import numpy as np

from collateral.domain.keccak_lanes import compiled
from oracles.domain.bulk.arithmetic import (
    ceil_div,
    deviation_up,
    mul_div_down,
    multiplied,
    weighted_median_down,
)
from oracles.domain.bulk.models import (
    CAP_KINDS,
    DERIVED_KINDS,
    FORCED_SALE_KINDS,
    LARGEST_AMOUNT,
    MIN_VOICES,
    MOST_OBSERVATIONS,
    OUTLIER_TIMES,
    OUTLIERS_FROM,
    PER_MONTH,
    PRICE_KINDS,
    RENT_KINDS,
    ROOTS_E3,
    WEIGHTS,
)
from oracles.domain.columns import Column
from oracles.domain.quantities import BPS, MONTH_S

VALUE, LOWER, OBSERVED_AT, SOURCES, DISPUTED = range(5)
_FULL = BPS * MONTH_S
# The rows of the scratch table.
_CHOSEN, _PRICES, _WEIGHTS, _EXTRA, _DISTANCES = range(5)
# A fraction this near to one may round either way in 2^-64; the scalar model knows.
_NEARLY_ONE = np.uint64(2**64 - 2**50)

Said = tuple[Column, ...]


@compiled
def estimate(
    now: int, model: Column, start: int, end: int, said: Said, scratch: Column, found: Column
) -> bool:
    """Put the estimate of one subject into ``found``."""
    found[:] = 0
    if end - start > MOST_OBSERVATIONS:
        return False
    capped = False
    for place in range(start, end):
        if not 0 < said[3][place] < LARGEST_AMOUNT:
            return False
        capped |= (CAP_KINDS >> said[1][place]) & 1 == 1
    if not _worth(now, model, start, end, said, scratch, found):
        return False
    if capped:
        _cap(now, start, end, said, scratch, found)
    return True


@compiled
def _cap(now: int, start: int, end: int, said: Said, scratch: Column, found: Column) -> None:
    """Take the lowest of what each desk newly let the value be at most."""
    count = _choose(now, CAP_KINDS, start, end, said, scratch[_CHOSEN])
    for number in range(count):
        cap = said[3][scratch[_CHOSEN, number]]
        found[VALUE], found[LOWER] = min(found[VALUE], cap), min(found[LOWER], cap)


@compiled
def _worth(
    now: int, model: Column, start: int, end: int, said: Said, scratch: Column, found: Column
) -> bool:
    if not _appraise(now, model, start, end, said, scratch, found):
        return False
    if model["has_income"] == 0:
        return True
    hardware = (found[VALUE], found[LOWER], found[OBSERVED_AT], found[SOURCES], found[DISPUTED])
    if not _capitalise(now, model, start, end, said, scratch, found):
        return False
    _combine(hardware, found)
    return True


@compiled
def _combine(hardware: tuple[int, ...], found: Column) -> None:
    """Take the lower of income value and hardware value where both are known, else the one."""
    if hardware[VALUE] == 0:
        return
    if found[VALUE] == 0:
        for part in range(5):
            found[part] = hardware[part]
        return
    found[VALUE] = min(found[VALUE], hardware[VALUE])
    found[LOWER] = min(found[LOWER], hardware[LOWER])
    found[OBSERVED_AT] = max(found[OBSERVED_AT], hardware[OBSERVED_AT])
    found[SOURCES] += hardware[SOURCES]
    found[DISPUTED] |= hardware[DISPUTED]


@compiled
def _choose(now: int, kinds: int, start: int, end: int, said: Said, chosen: Column) -> Any:
    """Choose each source's newest observation of some kinds, of equally new ones the lowest."""
    sources, codes, _, amounts, times = said
    count = 0
    for place in range(start, end):
        if times[place] > now or not (kinds >> codes[place]) & 1:
            continue
        if count == 0 or sources[chosen[count - 1]] != sources[place]:
            chosen[count] = place
            count += 1
            continue
        best = chosen[count - 1]
        later = times[place] > times[best]
        # Of equal amounts the first kind in the alphabet stays: they come in that order.
        if later or (times[place] == times[best] and amounts[place] < amounts[best]):
            chosen[count - 1] = place
    return count


@compiled
def _newest(chosen: Column, count: int, times: Column) -> Any:
    newest = 0
    for number in range(count):
        newest = max(newest, times[chosen[number]])
    return newest


@compiled
def _marked_down(price: int, age_s: int, model: Column) -> Any:
    stale_s = age_s - model["fresh_for_s"]
    if stale_s <= 0:
        return price
    return mul_div_down(price, max(0, _FULL - model["decay_bps_month"] * stale_s), _FULL)


@compiled
def _appraise(
    now: int, model: Column, start: int, end: int, said: Said, scratch: Column, found: Column
) -> bool:
    count = _opinions(now, model, start, end, said, scratch)
    if count >= OUTLIERS_FROM:
        count = _kept(count, scratch)
    if count == 0:
        return True
    independent, latest, weight, markdowns = 0, 0, 0, 0
    for number in range(count):
        place = scratch[_CHOSEN, number]
        independent += 1 - ((DERIVED_KINDS >> said[1][place]) & 1)
        latest = max(latest, said[4][place])
        weight += scratch[_WEIGHTS, number]
        markdowns += scratch[_WEIGHTS, number] * scratch[_EXTRA, number]
    value = weighted_median_down(scratch[_PRICES], scratch[_WEIGHTS], count)
    deviation = deviation_up(scratch[_PRICES], count, value, scratch[_DISTANCES])
    bound = _lower_bound(value, deviation, independent, ceil_div(markdowns, weight), model)
    found[VALUE], found[OBSERVED_AT], found[SOURCES] = value, latest, count
    found[DISPUTED] = deviation * BPS > value * model["max_dispersion_bps"]
    found[LOWER] = min(bound, _forced_sale(now, model, start, end, said, scratch, value))
    return True


@compiled
def _opinions(now: int, model: Column, start: int, end: int, said: Said, scratch: Column) -> Any:
    """Put the opinions that count into the scratch table; return how many there are."""
    codes, amounts, times = said[1], said[3], said[4]
    chosen = _choose(now, PRICE_KINDS, start, end, said, scratch[_CHOSEN])
    newest = _newest(scratch[_CHOSEN], chosen, times)
    count = 0
    for number in range(chosen):
        place = scratch[_CHOSEN, number]
        age_s = newest - times[place]
        price = _marked_down(amounts[place], age_s, model)
        if age_s > model["max_age_s"] or price <= 0:
            continue
        months = 2 * (model["max_age_s"] // MONTH_S) - age_s // MONTH_S
        scratch[_CHOSEN, count], scratch[_PRICES, count] = place, price
        scratch[_WEIGHTS, count] = WEIGHTS[codes[place]] * months
        scratch[_EXTRA, count] = amounts[place] - price
        count += 1
    return count


@compiled
def _kept(count: int, scratch: Column) -> Any:
    """Leave out opinions too far from the middle; return how many are kept."""
    prices = scratch[_PRICES, :count].copy()
    weights = scratch[_WEIGHTS, :count].copy()
    centre = weighted_median_down(prices, weights, count)
    deviation = deviation_up(prices, count, centre, scratch[_DISTANCES])
    kept = 0
    for number in range(count):
        if abs(scratch[_PRICES, number] - centre) <= OUTLIER_TIMES * deviation:
            for row in (_CHOSEN, _PRICES, _WEIGHTS, _EXTRA):
                scratch[row, kept] = scratch[row, number]
            kept += 1
    return kept


@compiled
def _lower_bound(value: int, deviation: int, sources: int, widening: int, model: Column) -> Any:
    floor_bps = model["floor_haircut_bps"]
    if sources < MIN_VOICES:
        floor_bps = model["thin_haircut_bps"]
    error = ceil_div(deviation * 1_000, ROOTS_E3[max(sources, 1)])
    least = ceil_div(value * floor_bps, BPS)
    most = ceil_div(value * model["ceiling_haircut_bps"], BPS)
    return value - min(max(error, least) + widening, most)


@compiled
def _forced_sale(
    now: int, model: Column, start: int, end: int, said: Said, scratch: Column, value: int
) -> Any:
    count = _choose(now, FORCED_SALE_KINDS, start, end, said, scratch[_CHOSEN])
    newest = _newest(scratch[_CHOSEN], count, said[4])
    fresh = 0
    for number in range(count):
        place = scratch[_CHOSEN, number]
        age_s = newest - said[4][place]
        if age_s <= model["max_age_s"]:
            scratch[_PRICES, fresh] = _marked_down(said[3][place], age_s, model)
            scratch[_WEIGHTS, fresh] = 1
            fresh += 1
    base: Any = value * model["forced_sale_bps"] // BPS
    if fresh:
        base = min(value, weighted_median_down(scratch[_PRICES], scratch[_WEIGHTS], fresh))
    share = model["sale_probability_bps"] * (BPS - model["sale_fees_bps"])
    return mul_div_down(base, share, BPS * BPS)


@compiled
def _capitalise(
    now: int, model: Column, start: int, end: int, said: Said, scratch: Column, found: Column
) -> bool:
    found[:] = 0
    chosen = _choose(now, RENT_KINDS, start, end, said, scratch[_CHOSEN])
    if chosen == 0:
        return True
    newest = _newest(scratch[_CHOSEN], chosen, said[4])
    count = 0
    for number in range(chosen):
        place = scratch[_CHOSEN, number]
        age_s = newest - said[4][place]
        if age_s > model["max_age_s"]:
            continue
        monthly = _net_monthly(said[3][place], said[2][place], model)
        worth = _present_value(_marked_down(monthly, age_s, model), model)
        if worth < 0:
            return False
        scratch[_PRICES, count], scratch[_WEIGHTS, count] = worth, 1
        count += 1
    value = weighted_median_down(scratch[_PRICES], scratch[_WEIGHTS], count)
    if value == 0:
        return True
    deviation = deviation_up(scratch[_PRICES], count, value, scratch[_DISTANCES])
    found[VALUE], found[OBSERVED_AT], found[SOURCES] = value, newest, count
    found[LOWER] = _lower_bound(value, deviation, count, 0, model)
    found[DISPUTED] = deviation * BPS > value * model["max_dispersion_bps"]
    return True


@compiled
def _net_monthly(amount: int, unit: int, model: Column) -> Any:
    if unit == PER_MONTH:
        return amount
    return mul_div_down(amount, model["rent_factor"], BPS * BPS)


@compiled
def _present_value(monthly: int, model: Column) -> Any:
    """Return the months of the annuity's worth, or -1 where rounding or size leave it open.

    The annuity's part is rounded down by less than 2^-64, so the product by less than
    2^-64 times the income, which is below 2^49: only a fraction within 2^-14 of one is in doubt.
    """
    high, low = multiplied(np.uint64(monthly), model["annuity_part"])
    worth = monthly * model["annuity_whole"] + np.int64(high)
    return worth if low < _NEARLY_ONE and worth < LARGEST_AMOUNT else -1
