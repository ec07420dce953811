"""The history of risk terms, to read."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from collateral.domain.classes import class_by_id
from governance.models import TermsChange, UtilisationReport
from governance.selectors import differences


class ReadOnly:
    """Only a vote changes terms."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(TermsChange)
class TermsChangeAdmin(ReadOnly, ModelAdmin):
    """What was set, and what it moved."""

    list_display = ("asset_class", "max_ltv", "liquidation_ltv", "moved", "block_number")
    list_filter = ("class_id",)

    @display(description="Class", ordering="class_id")
    def asset_class(self, change: TermsChange) -> str:
        return class_by_id(change.class_id).label

    @display(description="May be drawn")
    def max_ltv(self, change: TermsChange) -> str:
        return percent(change.terms["max_ltv_bps"])

    @display(description="Called above")
    def liquidation_ltv(self, change: TermsChange) -> str:
        return percent(change.terms["liquidation_ltv_bps"])

    @display(description="Values moved")
    def moved(self, change: TermsChange) -> str:
        found = differences(change)
        if found and found[0].before is None:
            return "first set"
        return ", ".join(f"{one.name} {one.before} → {one.after}" for one in found) or "none"


@admin.register(UtilisationReport)
class UtilisationReportAdmin(ReadOnly, ModelAdmin):
    """What closes reported."""

    list_display = ("block_number", "reported", "curve")

    @display(description="Reported", ordering="reported_bps")
    def reported(self, report: UtilisationReport) -> str:
        return percent(report.reported_bps)

    @display(description="Curve", ordering="curve_bps")
    def curve(self, report: UtilisationReport) -> str:
        return percent(report.curve_bps)


def percent(bps: int) -> str:
    """Return basis points as a percentage."""
    return f"{bps // 100}.{bps % 100:02d} %"
