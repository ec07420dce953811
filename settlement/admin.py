"""Pages about settlement: what was sent, by which key, and what became of it.

Rows are the engine's alone to write; operators act on it by actions, each with a reason.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.decorators import staff_member_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import ActionForm

from settlement import console
from settlement.errors import SettlementError
from settlement.models import (
    Batch,
    BatchStatus,
    Cursor,
    EventLog,
    Incident,
    Operation,
    OperatorAction,
    Parcel,
    Signer,
)
from settlement.selectors import operation_statuses, parcel_outcomes
from settlement.services import operating
from settlement.services.parcels import parcels_on

STATUS_LABELS = {
    BatchStatus.PLANNED.label: "info",
    BatchStatus.SIGNED.label: "info",
    BatchStatus.SENT.label: "warning",
    BatchStatus.MINED.label: "primary",
    BatchStatus.FINAL.label: "success",
    BatchStatus.REVERTED.label: "danger",
    BatchStatus.DEAD.label: "danger",
}
OPERATION_LABELS = {
    "waiting": "info",
    "planned": "info",
    "sent": "warning",
    "applied": "success",
    "failed": "danger",
    "skipped": "warning",
    "stuck": "danger",
}
KIND_NAMES = {1: "collect", 2: "charge", 3: "close"}


class ReasonForm(ActionForm):
    """The choice of an action, and why it is done."""

    reason = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "Reason", "aria-label": "Reason"}),
    )


class ReadOnlyAdmin(ModelAdmin):
    """Pages that show and never change: every row here is written by the engine alone."""

    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class OperatedAdmin(ReadOnlyAdmin):
    """Pages whose rows can be acted on by who may change them; the form asks for the reason."""

    action_form = ReasonForm
    list_disable_select_all = True

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may act on the engine: the right to change its rows says so."""
        options = self.model._meta
        allowed: bool = request.user.has_perm(f"{options.app_label}.change_{options.model_name}")
        return allowed

    def operate(
        self, request: HttpRequest, rows: Iterable[Any], act: Callable[..., str], name: str
    ) -> None:
        """Act on each row, and say what came of it."""
        for row in rows:
            try:
                told = act(**{name: row}, actor=request.user, reason=request.POST.get("reason", ""))
                self.message_user(request, told, messages.SUCCESS)
            except SettlementError as error:
                self.message_user(request, str(error), messages.ERROR)


@admin.register(Batch)
class BatchAdmin(OperatedAdmin):
    """Every transaction, from its plan to its block."""

    actions = ("speed_up", "cancel", "requeue")

    list_display = (
        *("id", "kind", "shown_status", "lane", "signer", "nonce", "operations"),
        *("gas_limit", "gas_used", "block_number", "short_error"),
    )
    list_filter = ("status", "kind", "lane")
    search_fields = ("client_key", "tx_hash")
    list_select_related = ("signer",)
    ordering = ("-id",)
    exclude = ("data", "signature", "results")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return super().get_queryset(request).defer("data")

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def shown_status(self, batch: Batch) -> str:
        return batch.get_status_display()

    @display(description="Operations (applied · failed · skipped)")
    def operations(self, batch: Batch) -> str:
        if not batch.count:
            return "—"
        return f"{batch.count} ({batch.applied} · {batch.failed} · {batch.skipped})"

    @display(description="Error")
    def short_error(self, batch: Batch) -> str:
        return batch.error[:90] or "—"

    @admin.action(description="Speed up: replace at higher fees", permissions=["operate"])
    def speed_up(self, request: HttpRequest, rows: QuerySet[Batch]) -> None:
        self.operate(request, rows, operating.speed_up, "batch")

    @admin.action(
        description="Cancel a call: give it up, or spend its nonce on nothing",
        permissions=["operate"],
    )
    def cancel(self, request: HttpRequest, rows: QuerySet[Batch]) -> None:
        self.operate(request, rows, operating.cancel, "batch")

    @admin.action(description="Requeue what ended without effect", permissions=["operate"])
    def requeue(self, request: HttpRequest, rows: QuerySet[Batch]) -> None:
        self.operate(request, rows, operating.requeue, "batch")


@admin.register(Signer)
class SignerAdmin(OperatedAdmin):
    """The relayer keys, who acts for them now, and the console above them."""

    list_display = (
        *("address", "purpose", "key_index", "lane", "shown_paused"),
        *("lease_token", "lease_until"),
    )
    list_filter = ("purpose",)
    ordering = ("purpose", "key_index")
    actions = ("pause", "resume")

    def get_urls(self) -> list[URLPattern]:
        view = path("console/", staff_member_required(self.console), name="settlement_console")
        return [view, *super().get_urls()]

    def console(self, request: HttpRequest) -> HttpResponse:
        """Show keys with balances, what is stuck, hot loans, failures and incidents."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Settlement console",
            "keys": console.keys(),
            "stuck": console.stuck_batches(),
            "hot": console.hot_loans(),
            "failures": console.failures_by_reason(),
            "incidents": console.open_incidents(),
            "endpoints": console.endpoints(),
        }
        return TemplateResponse(request, "admin/settlement/console.html", context)

    @display(description="Paused")
    def shown_paused(self, signer: Signer) -> str:
        return signer.paused or "—"

    @admin.action(description="Pause: send nothing new", permissions=["operate"])
    def pause(self, request: HttpRequest, rows: QuerySet[Signer]) -> None:
        self.operate(request, rows, operating.pause, "signer")

    @admin.action(description="Resume", permissions=["operate"])
    def resume(self, request: HttpRequest, rows: QuerySet[Signer]) -> None:
        self.operate(request, rows, operating.resume, "signer")


@admin.register(Incident)
class IncidentAdmin(OperatedAdmin):
    """What the engine dealt with, but a person has to know."""

    list_display = ("opened_at", "kind", "sentence", "block_number", "closed_at")
    list_filter = ("kind",)
    ordering = ("-id",)
    actions = ("close",)

    @admin.action(description="Close: seen and dealt with", permissions=["operate"])
    def close(self, request: HttpRequest, rows: QuerySet[Incident]) -> None:
        self.operate(request, rows, operating.close_incident, "incident")


@admin.register(OperatorAction)
class OperatorActionAdmin(ReadOnlyAdmin):
    """Who did what to the engine, and why."""

    list_display = ("done_at", "actor", "action", "target", "reason", "outcome")
    list_filter = ("action",)
    search_fields = ("target", "reason")
    ordering = ("-id",)


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Operations with the status that follows from their batch and its result bits."""

    list_display = ("number", "lane", "shown_kind", "loan_id", "amount", "shown_status")
    list_filter = ("lane", "kind")
    search_fields = ("client_key", "=loan_id")
    ordering = ("-id",)

    @display(description="Kind", ordering="kind")
    def shown_kind(self, operation: Operation) -> str:
        return KIND_NAMES.get(operation.kind, str(operation.kind))

    @display(description="Status", label=OPERATION_LABELS)
    def shown_status(self, operation: Operation) -> str:
        return str(operation_statuses([operation])[operation.pk])


@admin.register(Parcel)
class ParcelAdmin(ReadOnlyAdmin):
    """Operations that were accepted together, and how many of them stand where."""

    list_display = ("client_key", "lane", "count", "first_number", "last_number", "accepted_at")
    list_filter = ("lane",)
    search_fields = ("client_key",)
    search_help_text = "A client key, or the number of a loan: the newest parcels that hold it."
    ordering = ("-accepted_at", "-id")
    exclude = ("words",)
    readonly_fields = ("shown_outcomes",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Parcel]:
        return super().get_queryset(request).defer("words")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Parcel], search_term: str
    ) -> tuple[QuerySet[Parcel], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if search_term.isdecimal():
            found |= queryset.filter(pk__in=parcels_on(int(search_term)))
        return found, duplicates

    @display(description="Its operations")
    def shown_outcomes(self, parcel: Parcel) -> str:
        counts = parcel_outcomes(parcel).most_common()
        return ", ".join(f"{count:,} {status}" for status, count in counts)


@admin.register(EventLog)
class EventLogAdmin(ReadOnlyAdmin):
    """What the contracts said, in order."""

    list_display = ("block_number", "log_index", "contract", "name", "tx_hash")
    list_filter = ("contract", "name")
    search_fields = ("tx_hash",)
    ordering = ("-block_number", "-log_index")


@admin.register(Cursor)
class CursorAdmin(ReadOnlyAdmin):
    """How far the reader has come."""

    list_display = ("name", "block_number", "head_number", "updated_at")
