"""Caps on values: proposed by one person on a form, confirmed or declined by others in the list."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from collateral.domain.verification import VerificationError
from collateral.models import JointStatus
from collateral.models.joint import LEAST_REASON, MOST_REASON
from oracles import services
from oracles.admin.base import BaseAdmin
from oracles.domain.errors import OracleError
from oracles.domain.quantities import LEDGER_DECIMALS
from oracles.models import Override
from oracles.presentation import dollars
from settlement.errors import SettlementError
from settlement.selectors import chain_time

REFUSED = (OracleError, VerificationError)
STATUS_LABELS = {
    JointStatus.PROPOSED.label: "warning",
    JointStatus.CONFIRMED.label: "success",
    JointStatus.DECLINED.label: "danger",
}


class ProposalForm(forms.ModelForm):
    """What one person proposes; the amount in dollars."""

    cap = forms.DecimalField(
        label="Value at most, USD",
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Leave it empty to lift the cap that holds. A cap only ever lowers a value.",
    )
    reason = forms.CharField(
        min_length=LEAST_REASON, max_length=MOST_REASON, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Override
        fields = ("asset", "cap", "reason")

    @property
    def cap_units(self) -> int | None:
        """The cap in ledger units, None where it is to be lifted."""
        cap = self.cleaned_data["cap"]
        return None if cap is None else int(cap * 10**LEDGER_DECIMALS)


@admin.register(Override)
class OverrideAdmin(BaseAdmin):
    """Nothing changes before a second person agrees; then the next round goes by it."""

    form = ProposalForm
    list_display = (
        *("asset", "shown_cap", "shown_status", "reason", "proposed_by", "proposed_at"),
        *("decided_by", "decided_at"),
    )
    list_filter = ("status",)
    list_select_related = ("asset", "proposed_by", "decided_by")
    search_fields = ("asset__canonical", "reason")
    raw_id_fields = ("asset",)
    actions = ("confirm", "decline")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        proposal = ("asset", "cap", "reason")
        return (*("asset", "shown_cap", "reason"), *self._course()) if obj else proposal

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*("asset", "shown_cap", "reason"), *self._course()) if obj else ()

    def _course(self) -> tuple[str, ...]:
        return ("shown_status", "proposed_by", "proposed_at", "decided_by", "decided_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may confirm or decline."""
        return bool(request.user.has_perm("oracles.change_override"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Propose; what the service refuses is said on the form's own page."""
        try:
            return super().add_view(request, form_url, extra_context)
        except REFUSED as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Override, form: Any, change: bool) -> None:
        """Leave writing to the service."""
        made = services.propose_override(
            asset_id=obj.asset_id,
            cap_units=form.cap_units,
            reason=form.cleaned_data["reason"],
            user=request.user,
        )
        obj.pk = made.pk

    @admin.action(description="Confirm as the second person", permissions=["decide"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[Override]) -> None:
        """Confirm what others proposed."""
        for one in chosen:
            try:
                services.confirm_override(override_id=one.pk, user=request.user, now=chain_time())
            except (*REFUSED, SettlementError) as refusal:
                messages.error(request, f"{one}: {refusal}")
            else:
                messages.success(request, f"{one} counts from the next round on.")

    @admin.action(description="Decline, or take back one's own", permissions=["decide"])
    def decline(self, request: HttpRequest, chosen: QuerySet[Override]) -> None:
        """Decline proposals."""
        for one in chosen:
            try:
                services.decline_override(override_id=one.pk, user=request.user)
            except REFUSED as refusal:
                messages.error(request, f"{one}: {refusal}")
            else:
                messages.success(request, f"{one} is declined.")

    @display(description="Value at most", ordering="cap_units")
    def shown_cap(self, override: Override) -> str:
        return "Lifted" if override.lifts else dollars(override.cap_units)

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def shown_status(self, override: Override) -> str:
        return override.get_status_display()
