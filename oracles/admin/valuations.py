"""Values by round, and how far their sources lie apart."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action, display

from oracles.admin.base import ReadOnlyAdmin
from oracles.models import Valuation
from oracles.models.observations import CLASS_CHOICES
from oracles.models.valuations import STATUS_CHOICES
from oracles.presentation import dollars, moment, percent
from oracles.selectors import AssetSpread, SourceSpread, dispersion

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
    actions_list = ("show_dispersion",)

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "dispersion/",
            self.admin_site.admin_view(self.dispersion_page),
            name="oracles_dispersion",
        )
        return [page, *super().get_urls()]

    @action(description="How far sources lie apart")
    def show_dispersion(self, request: HttpRequest) -> HttpResponse:
        """Go to the page of dispersion."""
        return redirect("admin:oracles_dispersion")

    def dispersion_page(self, request: HttpRequest) -> HttpResponse:
        """Show how far sources lie from the estimates, and which assets they dispute."""
        asked = request.GET.get("class", "")
        known = {str(class_id): class_id for class_id, _ in CLASS_CHOICES}
        found = dispersion(class_id=known.get(asked))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "How far sources lie apart",
            "found": found,
            "classes": CLASS_CHOICES,
            "class_id": known.get(asked),
            "sources": [_source_row(one) for one in found.sources] if found else [],
            "assets": [_asset_row(one) for one in found.assets] if found else [],
        }
        return TemplateResponse(request, "oracles/dispersion.html", context)

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


def _source_row(one: SourceSpread) -> dict[str, Any]:
    sign = "+" if one.bias_bps > 0 else ""
    return {
        "name": one.source,
        "count": f"{one.count:,}",
        "bias": f"{sign}{percent(one.bias_bps)}",
        "distance": percent(one.distance_bps),
    }


def _asset_row(one: AssetSpread) -> dict[str, Any]:
    return {
        "asset": one.valuation.asset,
        "address": reverse("admin:oracles_valuation_change", args=[one.valuation.pk]),
        "lowest": dollars(one.lowest),
        "estimate": dollars(one.valuation.target_value_units),
        "highest": dollars(one.highest),
        "sources": one.sources,
        "deviation": percent(one.deviation_bps),
        "limit": percent(one.limit_bps),
        "disputed": one.disputed,
    }
