"""Rounds with the progress of their signatures, and the reporters."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import action, display

from contracts.errors import ChainError
from oracles import selectors, services
from oracles.admin.base import ReadOnlyAdmin
from oracles.chain import oracle_terms
from oracles.documents import read_document
from oracles.domain.errors import OracleError
from oracles.models import Document, Reporter, Round, RoundDissent, RoundSignature, RoundStatus
from oracles.presentation import moment
from settlement.errors import SettlementError
from settlement.selectors import chain_time

STATUS_LABELS = {
    RoundStatus.SIGNING.label: "warning",
    RoundStatus.PUBLISHED.label: "success",
    RoundStatus.VOIDED.label: "danger",
    RoundStatus.ABANDONED.label: "info",
}


class SignatureInline(TabularInline):
    """Who has signed."""

    model = RoundSignature
    fields = ("reporter", "signature", "submitted_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DissentInline(TabularInline):
    """Who computed something else and did not sign, and which leaves differ."""

    model = RoundDissent
    fields = ("reporter", "code", "root", "count", "leaves", "recorded_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "Reporters that computed something else"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Leaves that differ: the reporter's → the round's")
    def leaves(self, dissent: RoundDissent) -> SafeString:
        return format_html_join("", "<p>{}: {} → {}</p>", map(_sides, dissent.differences))


def _sides(difference: dict[str, Any]) -> tuple[str, str, str]:
    """Return an asset's id and what differs of its leaf on either side."""
    ours, theirs = difference["ours"], difference["theirs"]
    if ours is None or theirs is None:
        told = ["no leaf" if one is None else "a leaf" for one in (ours, theirs)]
        return difference["asset"], told[0], told[1]
    names = [name for name in ours if ours[name] != theirs[name]]
    told = [", ".join(f"{name} {one[name]}" for name in names) for one in (ours, theirs)]
    return difference["asset"], told[0], told[1]


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    """What reporters are asked to sign, how many have, and what was published."""

    list_display = ("number", "shown_status", "count", "progress", "as_of", "published", "root")
    list_filter = ("status",)
    ordering = ("-number", "-pk")
    inlines = (SignatureInline, DissentInline)
    actions_list = ("open_now",)
    actions_detail = ("publish_now",)
    fields = (
        *("number", "status", "as_of", "count", "progress", "published", "root", "content_hash"),
        *("model_set_hash", "snapshot_hash", "publish_key", "publish_attempts", "tx_hash"),
        *("signers", "documents"),
    )
    readonly_fields = ("as_of", "progress", "published", "signers", "documents")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Round]:
        signed = Count("signatures", filter=Q(signatures__reporter__active=True))
        return super().get_queryset(request).annotate(signed=signed)

    def get_urls(self) -> list[URLPattern]:
        document = path(
            "<int:round_id>/<str:name>.bin",
            self.admin_site.admin_view(self.document),
            name="oracles_round_document",
        )
        return [document, *super().get_urls()]

    def document(self, request: HttpRequest, round_id: int, name: str) -> HttpResponse:
        """Serve a round's inputs or leaves, byte for byte as hashed."""
        found = get_object_or_404(Round, pk=round_id)
        hash = {"snapshot": found.snapshot_hash, "leaves": found.content_hash}.get(name, "")
        content = read_document(hash)
        if content is None:
            return HttpResponse("There is no such document.", status=404, content_type="text/plain")
        response = HttpResponse(content, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="round-{round_id}.{name}"'
        return response

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def shown_status(self, round: Round) -> str:
        return round.get_status_display()

    @display(description="Signatures")
    def progress(self, round: Any) -> str:
        try:
            needed = oracle_terms().threshold
        except ChainError:
            return f"{round.signed}"
        return f"{round.signed} of {needed} needed"

    @display(description="Reporters")
    def signers(self, round: Round) -> SafeString:
        """Say of each active reporter whether it signed, computed something else, or is silent."""
        told = [(one.address, word) for one, word in selectors.signers(round=round)]
        return format_html_join("", '<p><span class="font-mono">{}</span> {}</p>', told)

    @display(description="As of", ordering="observed_at")
    def as_of(self, round: Round) -> str:
        return moment(round.observed_at)

    @display(description="Published", ordering="published_at")
    def published(self, round: Round) -> str:
        return moment(round.published_at)

    @display(description="Documents")
    def documents(self, round: Round) -> SafeString | str:
        if not Document.objects.filter(hash=round.content_hash).exists():
            return "Not stored here: this round was published by others."
        links = [
            reverse("admin:oracles_round_document", args=[round.pk, name])
            for name in ("snapshot", "leaves")
        ]
        return format_html(
            '<a href="{}">Inputs (snapshot)</a> · <a href="{}">Published leaves</a>', *links
        )

    @action(description="Open a round now")
    def open_now(self, request: HttpRequest) -> HttpResponse:
        """Value everything as of the chain's present time."""
        try:
            opened = services.open_round(observed_at=chain_time())
        except (OracleError, ChainError, SettlementError) as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, f"{opened} holds {opened.count} values and waits for its reporters."
            )
        return redirect("admin:oracles_round_changelist")

    @action(description="Publish")
    def publish_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Queue the publication, if the signatures and the interval allow it."""
        found = get_object_or_404(Round, pk=object_id)
        try:
            queued = services.publish_round(round=found)
        except (OracleError, ChainError, SettlementError) as error:
            messages.error(request, str(error))
        else:
            _tell(request, found, queued)
        return redirect("admin:oracles_round_change", object_id)


def _tell(request: HttpRequest, round: Round, queued: bool) -> None:
    if queued:
        messages.success(request, f"The publication of {round} is on its way.")
        return
    progress = selectors.open_round_progress()
    counted = f"{progress.signatures} of {progress.threshold} signatures" if progress else "none"
    messages.warning(
        request,
        f"{round} cannot be published now: {counted}, or the least interval since the last "
        "round has not passed.",
    )


@admin.register(Reporter)
class ReporterAdmin(ReadOnlyAdmin):
    """Reporters as the oracle contract knows them."""

    list_display = ("address", "active", "signed", "changed_block")
    list_filter = ("active",)
    search_fields = ("address",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reporter]:
        return super().get_queryset(request).annotate(signature_count=Count("signatures"))

    @display(description="Rounds signed", ordering="signature_count")
    def signed(self, reporter: Any) -> str:
        return f"{reporter.signature_count:,}"
