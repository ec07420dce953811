"""Values by round."""

from django.contrib import admin
from unfold.decorators import display

from oracles.admin.base import ReadOnlyAdmin
from oracles.models import Valuation
from oracles.models.valuations import STATUS_CHOICES
from oracles.presentation import dollars, moment

STATUS_LABELS = dict(
    zip((label for _, label in STATUS_CHOICES), ("success", "danger", "warning"), strict=True)
)


@admin.register(Valuation)
class ValuationAdmin(ReadOnlyAdmin):
    """What each asset is worth, and the estimate that the limit of movement holds back."""

    list_display = (
        *("subject", "round", "class_id", "shown_status", "value", "lower", "estimate"),
        *("sources", "until"),
    )
    list_filter = ("status", "class_id", "round__status")
    list_select_related = ("asset", "round")
    search_fields = ("asset__canonical", "token", "=round__number")
    ordering = ("-round__number", "class_id", "pk")
    fields = (
        *("round", "asset", "token", "class_id", "status", "value", "lower", "estimate"),
        *("sources", "nav_wei", "observed", "until"),
    )
    readonly_fields = ("value", "lower", "estimate", "observed", "until")

    @display(description="Of")
    def subject(self, valuation: Valuation) -> str:
        return str(valuation.asset or valuation.token)

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def shown_status(self, valuation: Valuation) -> str:
        return valuation.get_status_display()

    @display(description="Value", ordering="value_units")
    def value(self, valuation: Valuation) -> str:
        return dollars(valuation.value_units)

    @display(description="Lower bound", ordering="lower_units")
    def lower(self, valuation: Valuation) -> str:
        return dollars(valuation.lower_units)

    @display(description="Estimate before the limit of movement")
    def estimate(self, valuation: Valuation) -> str:
        if valuation.target_value_units == valuation.value_units:
            return "the same"
        return dollars(valuation.target_value_units)

    @display(description="Newest observation", ordering="observed_at")
    def observed(self, valuation: Valuation) -> str:
        return moment(valuation.observed_at)

    @display(description="Valid until", ordering="valid_until")
    def until(self, valuation: Valuation) -> str:
        return moment(valuation.valid_until)
