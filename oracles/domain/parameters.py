"""Every number of the valuation models, in one table that reporters sign by its hash."""

from dataclasses import asdict, dataclass, replace
from functools import cache

from oracles.domain.canonical import canonical_json, sha256
from oracles.domain.curves import CURVES
from oracles.domain.quantities import DAY_S, WEI, ObservationKind

USD = 1_000_000
# Raised whenever the code of a model changes what it computes.
MODEL_SET_VERSION = 3
LRT_CLASS_ID = 14
# No class of things: what is said of a currency.
CURRENCY_CLASS_ID = 0

KIND_WEIGHTS: dict[ObservationKind, int] = {
    ObservationKind.APPRAISAL: 3,
    ObservationKind.SALE: 3,
    ObservationKind.COMPARABLE: 2,
    ObservationKind.INDEXED_SALE: 2,
    ObservationKind.MODEL: 2,
    ObservationKind.DEPRECIATED: 1,
    ObservationKind.MARKET: 2,
}
# Derived from what others said, these move the median and are no further independent source.
DERIVED = frozenset(
    {ObservationKind.INDEXED_SALE, ObservationKind.MODEL, ObservationKind.DEPRECIATED}
)
# Fewer independent sources than this take the higher haircut.
MIN_SOURCES = 2
# Outliers are dropped only where enough sources are left to say who is the outlier.
OUTLIER_MIN_SOURCES = 5
OUTLIER_DEVIATIONS = 3
# A source whose own value jumps by more than this factor has most likely slipped a decimal.
MAX_JUMP_FACTOR = 8
MAX_RATE_JUMP_FACTOR = 2
# No currency is worth more or less than this, in 1e-12 USD.
MIN_RATE, MAX_RATE = 10**6, 100 * 10**12
MAX_CLOCK_SKEW_S = 60


@dataclass(frozen=True, kw_only=True)
class IncomeTerms:
    """How rent becomes value: so many months of it, shrinking and discounted.

    ``utilisation_bps`` and ``costs_bps`` turn a list rent per hour into net income; income per
    month is attested net already.
    """

    horizon_months: int
    discount_bps_month: int
    decline_bps_month: int
    utilisation_bps: int
    costs_bps: int


@dataclass(frozen=True, kw_only=True)
class ClassModel:
    """The model of one class of physical assets.

    A source older than the newest by ``fresh_for_s`` is marked down by ``decay_bps_month``; older
    than ``max_age_s`` it is left out. A value can be used until its newest observation is
    ``valid_for_s`` old. The lower bound lies between the floor (thin where there are few sources)
    and the ceiling below the central value. Moves are per round, against the last one.

    The lower bound is also never above what a forced sale brings: ``forced_sale_bps`` of the
    central value (or what was observed), times ``sale_probability_bps``, less ``sale_fees_bps``.
    """

    class_id: int
    model: str
    max_value_units: int
    fresh_for_s: int
    decay_bps_month: int
    max_age_s: int
    valid_for_s: int
    floor_haircut_bps: int
    thin_haircut_bps: int
    ceiling_haircut_bps: int
    max_dispersion_bps: int
    move_bps_day: int
    move_cap_bps: int
    forced_sale_bps: int = 10_000
    sale_probability_bps: int = 10_000
    sale_fees_bps: int = 0
    income: IncomeTerms | None = None


@dataclass(frozen=True, kw_only=True)
class RestakingModel:
    """The model of liquid restaking tokens.

    NAV is ether per token; it may grow by ``nav_growth_bps_day`` and fall without limit. A market
    further from NAV than the halt band ends borrowing; further than the freeze band it freezes.
    Each wrap over ``native_depth`` costs ``wrap_penalty_bps`` of the bound, and ``max_depth`` is
    too deep to count at all. A copy deeper than native needs its backing proven within
    ``backing_valid_s``.
    """

    class_id: int
    model: str
    max_value_units: int
    min_nav_wei: int
    max_nav_wei: int
    valid_for_s: int
    haircut_bps: int
    nav_growth_bps_day: int
    halt_band_bps: int
    freeze_band_bps: int
    native_depth: int
    max_depth: int
    wrap_penalty_bps: int
    backing_valid_s: int


_PROPERTY = ClassModel(
    class_id=1,
    model="appraised-1",
    max_value_units=500_000_000 * USD,
    fresh_for_s=365 * DAY_S,
    decay_bps_month=50,
    max_age_s=730 * DAY_S,
    valid_for_s=365 * DAY_S,
    floor_haircut_bps=800,
    thin_haircut_bps=1_500,
    ceiling_haircut_bps=4_000,
    max_dispersion_bps=3_500,
    move_bps_day=200,
    move_cap_bps=1_000,
)
_CAR = replace(
    _PROPERTY,
    class_id=2,
    max_value_units=20_000_000 * USD,
    fresh_for_s=90 * DAY_S,
    decay_bps_month=150,
    max_age_s=365 * DAY_S,
    valid_for_s=180 * DAY_S,
    floor_haircut_bps=1_000,
    move_bps_day=300,
)
_ART = replace(
    _PROPERTY,
    class_id=5,
    decay_bps_month=100,
    max_age_s=1_095 * DAY_S,
    floor_haircut_bps=2_000,
    thin_haircut_bps=3_000,
    ceiling_haircut_bps=6_000,
    max_dispersion_bps=6_000,
    move_cap_bps=1_500,
    # 41 % of 4,462 lots offered at auction went unsold; the seller pays about 15 %.
    sale_probability_bps=5_900,
    sale_fees_bps=1_500,
)
_MACHINERY = replace(
    _CAR,
    class_id=7,
    max_value_units=100_000_000 * USD,
    fresh_for_s=180 * DAY_S,
    decay_bps_month=100,
    max_age_s=540 * DAY_S,
    floor_haircut_bps=1_500,
    thin_haircut_bps=2_500,
    ceiling_haircut_bps=5_000,
    # A forced liquidation brings 80 % of an orderly one; the auctioneer keeps 10 %.
    forced_sale_bps=8_000,
    sale_fees_bps=1_000,
)
_GPU = replace(
    _CAR,
    class_id=10,
    model="income-1",
    max_value_units=20_000_000 * USD,
    fresh_for_s=30 * DAY_S,
    decay_bps_month=300,
    floor_haircut_bps=1_000,
    thin_haircut_bps=2_000,
    ceiling_haircut_bps=5_000,
    move_bps_day=500,
    move_cap_bps=1_500,
    income=IncomeTerms(
        horizon_months=24,
        discount_bps_month=167,
        decline_bps_month=300,
        utilisation_bps=6_000,
        costs_bps=3_000,
    ),
)
_HOTSPOT = replace(
    _GPU,
    class_id=11,
    max_value_units=1_000_000 * USD,
    decay_bps_month=2_000,
    max_age_s=180 * DAY_S,
    floor_haircut_bps=2_500,
    thin_haircut_bps=4_000,
    ceiling_haircut_bps=7_000,
    move_cap_bps=2_000,
    income=IncomeTerms(
        horizon_months=12,
        discount_bps_month=250,
        decline_bps_month=500,
        utilisation_bps=5_000,
        costs_bps=3_000,
    ),
)
_CHARGER = replace(
    _GPU,
    class_id=12,
    max_value_units=10_000_000 * USD,
    fresh_for_s=90 * DAY_S,
    decay_bps_month=150,
    floor_haircut_bps=1_200,
    move_bps_day=300,
    move_cap_bps=1_000,
    income=IncomeTerms(
        horizon_months=60,
        discount_bps_month=125,
        decline_bps_month=100,
        utilisation_bps=2_000,
        costs_bps=4_000,
    ),
)
_ENERGY = replace(
    _CHARGER,
    class_id=13,
    max_value_units=100_000_000 * USD,
    decay_bps_month=100,
    max_age_s=540 * DAY_S,
    income=IncomeTerms(
        horizon_months=84,
        discount_bps_month=100,
        decline_bps_month=50,
        utilisation_bps=2_000,
        costs_bps=2_000,
    ),
)
_MODELS: tuple[ClassModel, ...] = (
    _PROPERTY,
    _CAR,
    replace(_CAR, class_id=3, floor_haircut_bps=1_200, thin_haircut_bps=1_800),
    replace(_CAR, class_id=4),
    _ART,
    replace(_ART, class_id=6, sale_probability_bps=9_000),
    _MACHINERY,
    replace(_PROPERTY, class_id=8, floor_haircut_bps=1_000, thin_haircut_bps=2_000),
    replace(
        _MACHINERY,
        class_id=9,
        floor_haircut_bps=1_000,
        thin_haircut_bps=1_500,
        forced_sale_bps=9_000,
        sale_fees_bps=500,
    ),
    _GPU,
    _HOTSPOT,
    _CHARGER,
    _ENERGY,
)
CLASS_MODELS: dict[int, ClassModel] = {model.class_id: model for model in _MODELS}
RESTAKING = RestakingModel(
    class_id=LRT_CLASS_ID,
    model="restaking-1",
    max_value_units=1_000_000 * USD,
    min_nav_wei=WEI // 10,
    max_nav_wei=10 * WEI,
    valid_for_s=DAY_S,
    haircut_bps=300,
    nav_growth_bps_day=3,
    halt_band_bps=200,
    freeze_band_bps=500,
    native_depth=2,
    max_depth=4,
    wrap_penalty_bps=1_000,
    backing_valid_s=3_600,
)


@cache
def model_set_document() -> bytes:
    """Return the whole table as canonical JSON, as reporters and outsiders compare it."""
    return canonical_json(
        {
            "version": MODEL_SET_VERSION,
            "kind_weights": KIND_WEIGHTS,
            "derived": sorted(DERIVED),
            "curves": {name: asdict(curve) for name, curve in CURVES.items()},
            "min_sources": MIN_SOURCES,
            "outlier_min_sources": OUTLIER_MIN_SOURCES,
            "outlier_deviations": OUTLIER_DEVIATIONS,
            "classes": [asdict(model) for model in _MODELS],
            "restaking": asdict(RESTAKING),
        }
    )


@cache
def model_set_hash() -> bytes:
    """Return the SHA-256 of the table, which every signed round carries."""
    return sha256(model_set_document())
