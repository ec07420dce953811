"""The picture of a stress run: the pool by tranche, and what became of the loans."""

from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lending.domain.stress import Outcome

_UNITS_PER_USD, _DAY_S = 1e6, 86_400
# The portal's colours: a pale accent and grey for the tranches, brick for what is lost.
_INK, _PAPER, _PALE, _GREY = "#1a2226", "#faf7f1", "#8fcfc6", "#c9c1b1"
_AMBER, _BRICK = "#8a5300", "#9b2c1c"


def draw(found: Outcome, *, title: str) -> bytes:
    """Return a PNG: tranches and debt in dollars above, counts of loans below, by day."""
    figure = Figure(figsize=(12, 7), layout="constrained", facecolor=_PAPER)
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
        days, senior, junior, colors=[_PALE, _GREY], alpha=0.75, labels=["Senior", "Junior"]
    )
    axes.plot(days, debt, color=_INK, lw=1.5, label="Debt of all loans")
    written_off = [one.written_off / _UNITS_PER_USD for one in found.moments]
    axes.plot(days, written_off, color=_BRICK, lw=2, label="Written off so far")
    _frame(axes, ylabel="USD")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: f"{amount:,.10g}"))
    losses = (found.junior_loss + found.senior_loss) / _UNITS_PER_USD
    axes.set_title(
        f"Losses of ${losses:,.0f}: junior ${found.junior_loss / _UNITS_PER_USD:,.0f}, "
        f"senior ${found.senior_loss / _UNITS_PER_USD:,.0f}",
        fontsize=11,
        color=_INK,
    )


def _draw_loans(axes: Axes, found: Outcome, days: list[float]) -> None:
    counts = (
        ("Margin calls", [one.calls for one in found.moments], _AMBER, "--"),
        ("Loans sold up", [one.liquidations for one in found.moments], _BRICK, "-"),
    )
    for label, numbers, colour, style in counts:
        axes.step(days, numbers, where="post", color=colour, ls=style, lw=2, label=label)
    _frame(axes, xlabel="Days since the start", ylabel="Loans so far")
    # Loans are whole, and none at all still wants a scale.
    axes.set_ylim(top=max(1, *(max(numbers) for _, numbers, _, _ in counts)) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _frame(axes: Axes, **labels: str) -> None:
    """Give both drawings one frame, their legend beside them, where nothing is drawn."""
    axes.set(**labels, facecolor=_PAPER)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
