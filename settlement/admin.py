"""Read-only pages about settlement: what was sent, by which key, and what became of it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from settlement.models import Batch, BatchStatus, Cursor, EventLog, Operation, Signer
from settlement.selectors import operation_statuses

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


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Every transaction, from its plan to its block."""

    list_display = (
        *("id", "kind", "shown_status", "lane", "signer", "nonce", "operations"),
        *("gas_limit", "gas_used", "block_number", "short_error"),
    )
    list_filter = ("status", "kind", "lane")
    search_fields = ("client_key", "tx_hash")
    list_select_related = ("signer",)
    ordering = ("-id",)
    exclude = ("data", "raw", "results")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return super().get_queryset(request).defer("data", "raw")

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


@admin.register(Signer)
class SignerAdmin(ReadOnlyAdmin):
    """The relayer keys and who acts for them now."""

    list_display = ("address", "purpose", "key_index", "lane", "lease_token", "lease_until")
    list_filter = ("purpose",)
    ordering = ("purpose", "key_index")


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
