"""The picture of a backtest: values beside prices, and how errors compare with the naive value."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from oracles.sales.backtest import Backtest

_LEDGER_UNITS_PER_USD = 1e6
_LARGEST_ERROR = 1.5
_INK, _PAPER, _TEAL, _AMBER, _GREY = "#1a2226", "#faf7f1", "#0b5a58", "#b26a00", "#8a9296"


def draw(found: Backtest, *, title: str) -> bytes:
    """Return a PNG: value and lower bound beside each price, and the spread of errors."""
    figure = Figure(figsize=(12, 5.4), layout="constrained", facecolor=_PAPER)
    FigureCanvasAgg(figure)
    figure.suptitle(title, color=_INK, fontsize=14, fontweight="bold")
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        axes.set_facecolor(_PAPER)
        axes.spines[["top", "right"]].set_visible(False)
    _draw_values(left, found)
    _draw_errors(right, found)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    return picture.getvalue()


def _draw_values(axes: Axes, found: Backtest) -> None:
    prices = np.array([one.sale.price_units for one in found.tested]) / _LEDGER_UNITS_PER_USD
    central = np.array([one.central for one in found.tested]) / _LEDGER_UNITS_PER_USD
    lower = np.array([one.lower for one in found.tested]) / _LEDGER_UNITS_PER_USD
    held = prices >= lower
    size = 14 if len(prices) < 2_000 else 3
    axes.scatter(prices, central, s=size, color=_TEAL, alpha=0.55, lw=0, label="Value")
    axes.scatter(
        prices[held], lower[held], s=size / 2, color=_GREY, alpha=0.6, lw=0, label="Lower bound"
    )
    axes.scatter(
        prices[~held], lower[~held], s=size, color=_AMBER, lw=0, label="Bound above the price"
    )
    ends = [min(prices.min(), lower.min()) * 0.9, max(prices.max(), central.max()) * 1.1]
    axes.plot(ends, ends, color=_INK, lw=1, label="Exactly right")
    axes.set(xscale="log", yscale="log", xlabel="Price of the sale, USD", ylabel="USD")
    dollars = FuncFormatter(lambda amount, _: f"{amount:,.10g}")
    between = FuncFormatter(lambda amount, _: f"{amount:,.10g}" if _starts(amount) else "")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(dollars)
        axis.set_minor_formatter(between)
    axes.legend(frameon=False, loc="upper left", markerscale=2)
    figures = found.figures
    axes.set_title(
        f"{figures.coverage:.1%} of {figures.rows:,} sales at or above the bound, "
        f"which is {figures.bound_share:.0%} of value",
        fontsize=11,
        color=_INK,
    )


def _starts(amount: float) -> bool:
    """Return whether an amount between two powers of ten is worth a label: 2 and 5 are."""
    return f"{amount:e}"[0] in "25"


def _draw_errors(axes: Axes, found: Backtest) -> None:
    prices = np.array([one.sale.price_units for one in found.tested], dtype=float)
    figures = found.figures
    for values, colour, label in (
        ([one.central for one in found.tested], _TEAL, f"Model, median {figures.mdape:.1%}"),
        (
            [one.naive for one in found.tested],
            _AMBER,
            f"Median of its group, median {figures.baseline_mdape:.1%}",
        ),
    ):
        errors = np.sort(np.abs(np.array(values) / prices - 1))
        shares = np.arange(1, len(errors) + 1) / len(errors)
        axes.plot(np.minimum(errors, _LARGEST_ERROR), shares, color=colour, lw=2, label=label)
    axes.set(xlabel="Error, share of the price", ylabel="Share of sales with at most this error")
    axes.set_xlim(0, min(_LARGEST_ERROR, max(4 * figures.baseline_mdape, 0.2)))
    axes.set_ylim(0, 1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(color=_GREY, alpha=0.3)
    axes.legend(frameon=False, loc="lower right")
    axes.set_title(f"Nine of ten errors are below {figures.p90:.1%}", fontsize=11, color=_INK)
