"""The picture of a stress run: the pool by tranche, and what became of the loans."""

from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from lending.domain.stress import Outcome

_UNITS_PER_USD, _DAY_S = 1e6, 86_400
_INK, _BLUE, _TEAL, _AMBER, _RED = "#1f2933", "#2563eb", "#0d9488", "#d97706", "#b91c1c"


def draw(found: Outcome, *, title: str) -> bytes:
    """Return a PNG: tranches and debt in dollars above, counts of loans below, by day."""
    figure = Figure(figsize=(12, 7), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, color=_INK, fontsize=14, fontweight="bold")
    above, below = figure.subplots(2, 1, sharex=True)
    days = [one.at / _DAY_S for one in found.moments]
    _draw_pool(above, found, days)
    _draw_loans(below, found, days)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    return picture.getvalue()


def _draw_pool(axes: Axes, found: Outcome, days: list[float]) -> None:
    senior = [one.senior / _UNITS_PER_USD for one in found.moments]
    junior = [one.junior / _UNITS_PER_USD for one in found.moments]
    debt = [one.debt / _UNITS_PER_USD for one in found.moments]
    axes.stackplot(
        days, senior, junior, colors=[_BLUE, _TEAL], alpha=0.75, labels=["Senior", "Junior"]
    )
    axes.plot(days, debt, color=_INK, lw=1.5, label="Debt of all loans")
    written_off = [one.written_off / _UNITS_PER_USD for one in found.moments]
    axes.plot(days, written_off, color=_RED, lw=2, label="Written off so far")
    axes.set(ylabel="USD")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: f"{amount:,.10g}"))
    axes.legend(frameon=False, loc="upper right", ncols=2)
    losses = (found.junior_loss + found.senior_loss) / _UNITS_PER_USD
    axes.set_title(
        f"Losses of ${losses:,.0f}: junior ${found.junior_loss / _UNITS_PER_USD:,.0f}, "
        f"senior ${found.senior_loss / _UNITS_PER_USD:,.0f}",
        fontsize=11,
        color=_INK,
    )


def _draw_loans(axes: Axes, found: Outcome, days: list[float]) -> None:
    axes.plot(days, [one.calls for one in found.moments], color=_AMBER, lw=2, label="Margin calls")
    axes.plot(
        days,
        [one.liquidations for one in found.moments],
        color=_RED,
        lw=2,
        label="Loans sold up",
    )
    axes.set(xlabel="Days since the start", ylabel="Loans so far")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left")
