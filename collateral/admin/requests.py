"""The verifier desk: what waits for me, what must I check, what did I sign."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, OrderBy, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from collateral import services
from collateral.admin.base import STATUS_COLOURS, OpenToVerifiers, verifier_of
from collateral.admin.bulk import MOST_AT_ONCE, take, together
from collateral.admin.doors import ACTIONS, REFUSED, door, prepare
from collateral.admin.filters import AgeFilter, ClassFilter, MineFilter, RenewalFilter
from collateral.admin.statement import Prepared, prepared_statement
from collateral.domain.display import identifier_words, usd
from collateral.domain.documents import download_name
from collateral.models import Evidence, RequestStatus, VerificationRequest, Verifier
from collateral.selectors import request_sheet, requests_for
from collateral.selectors.desk import Stake, conflict_of, service_clock, stake_of

MOST_SHOWN_OF_IDENTIFIER = 40
_CLOCK_COLOURS = {"on_time": "success", "soon": "warning", "late": "danger", "done": "info"}


@admin.register(VerificationRequest)
class VerificationRequestAdmin(OpenToVerifiers):
    """The queue, and one page for each decision."""

    page_template = "collateral/desk/request.html"

    list_display = (
        "asset_named",
        "asked",
        "shown_status",
        "taken_by",
        "price",
        "waiting",
        "due",
    )
    list_filter = ("status", "role", MineFilter, RenewalFilter, ClassFilter, AgeFilter)
    actions = ("sign_together",)
    # Each row costs about 2.5 ms to draw; a page is to come at once on a busy machine too.
    list_per_page = 25
    list_select_related = ("asset__owner", "claimed_by")
    search_fields = ("asset__canonical", "asset__owner__address", "asset__publisher")

    def get_queryset(self, request: HttpRequest) -> QuerySet[VerificationRequest]:
        """Keep to what this verifier may decide; other staff see all."""
        verifier = verifier_of(request.user)
        return requests_for(verifier) if verifier else VerificationRequest.objects.all()

    def get_ordering(self, request: HttpRequest) -> tuple[OrderBy | str, ...]:
        """Put what waits first, the oldest on top; below it what was decided last."""
        return F("decided_at").desc(nulls_first=True), "created_at", "pk"

    @display(description="Asset", header=True)
    def asset_named(self, request: VerificationRequest) -> list[str]:
        """Show the asset's name over its identifier, which may be long: its page has all of it."""
        identifier = Truncator(identifier_words(request.asset.canonical))
        return [request.asset.name, identifier.chars(MOST_SHOWN_OF_IDENTIFIER)]

    @display(description="Role", ordering="role", header=True)
    def asked(self, request: VerificationRequest) -> list[str]:
        """Show the role that is asked over the asset's class."""
        return [request.get_role_display(), request.asset.asset_class.label]

    @display(description="Status", label=STATUS_COLOURS, ordering="status")
    def shown_status(self, request: VerificationRequest) -> tuple[str, str]:
        """Show where the request stands; by whom it is taken stands beside it."""
        is_taken = request.status == RequestStatus.CLAIMED
        return request.status, "Taken" if is_taken else request.get_status_display()

    @display(description="Price hint", ordering="asset__price_units")
    def price(self, request: VerificationRequest) -> str:
        """Show the price that the asset came with."""
        units = request.asset.price_units
        return usd(units) if units else "none"

    @display(description="Waiting", ordering="created_at")
    def waiting(self, request: VerificationRequest) -> str:
        """Show how long it has waited, or waited until it was decided."""
        return timesince(request.created_at, request.decided_at or timezone.now(), depth=1)

    @display(description="Taken by", ordering="claimed_by")
    def taken_by(self, request: VerificationRequest) -> str:
        """Show who works on it."""
        return str(request.claimed_by) if request.claimed_by else "nobody"

    @display(description="Due", label=_CLOCK_COLOURS, ordering="created_at")
    def due(self, request: VerificationRequest) -> tuple[str, str]:
        """Show the service-level clock."""
        return service_clock(request)

    @action(description="Sign together…")
    def sign_together(
        self, request: HttpRequest, queryset: QuerySet[VerificationRequest]
    ) -> HttpResponse:
        """Go to the page where many statements are prepared and signed."""
        chosen = queryset.count()
        if chosen > MOST_AT_ONCE:
            messages.warning(
                request, f"{chosen:,} were chosen; these are the first {MOST_AT_ONCE} of them."
            )
        ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[:MOST_AT_ONCE])
        return HttpResponseRedirect(f"{reverse('admin:collateral_sign_together')}?ids={ids}")

    def get_urls(self) -> list[URLPattern]:
        """Add the decisions, the documents, and signing together."""
        guard = self.admin_site.admin_view
        own = [
            path(
                f"<int:pk>/{name}/",
                guard(require_POST(door(act))),
                name=f"collateral_request_{name}",
            )
            for name, act in ACTIONS.items()
        ]
        others = [
            path(
                "<int:pk>/prepare/",
                guard(require_POST(prepare)),
                name="collateral_request_prepare",
            ),
            path("evidence/<int:pk>/", guard(self.document), name="collateral_evidence"),
            path("together/", guard(self.together), name="collateral_sign_together"),
            path("together/take/", guard(require_POST(take)), name="collateral_take_signed"),
        ]
        return [*own, *others, *super().get_urls()]

    def together(self, request: HttpRequest) -> HttpResponse:
        """Prepare and sign many requests."""
        return together(request, self.admin_site)

    def page(self, request: HttpRequest, found: VerificationRequest) -> dict[str, Any]:
        """Show one request: the asset, the checks, and the decision."""
        verifier = verifier_of(request.user)
        mine = bool(verifier) and found.claimed_by == verifier
        deciding = mine and found.status == RequestStatus.CLAIMED
        context: dict[str, Any] = {
            "title": f"{found.get_role_display()}: {found.asset.name}",
            "sheet": request_sheet(found),
            "clock": service_clock(found),
            "verifier": verifier,
            "deciding": deciding,
            "prepared": self._prepared(request, found, verifier) if deciding else None,
            "value": request.GET.get("value", ""),
            "conflict": conflict_of(found, verifier) if verifier else "",
        }
        if verifier:
            stake = stake_of(verifier, found.asset.class_id)
            context |= {"stake": stake, "stake_words": _stake_words(stake)}
        return context

    def _prepared(
        self, request: HttpRequest, found: VerificationRequest, verifier: Verifier | None
    ) -> Prepared | None:
        """Return the message to sign once its value is known, or say what is wrong with it."""
        if verifier is None or "prepare" not in request.GET:
            return None
        try:
            return prepared_statement(found, verifier, request.GET.get("value", ""))
        except REFUSED as error:
            messages.error(request, str(error))
            return None

    def document(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out one document to a verifier who may see it, its hash checked."""
        evidence = Evidence.objects.filter(
            pk=pk, asset__requests__in=self.get_queryset(request)
        ).first()
        if evidence is None or not evidence.path or not self.has_view_permission(request):
            raise Http404("There is no such document for this verifier.")
        try:
            content = services.evidence_content(evidence=evidence)
        except REFUSED as error:
            return HttpResponse(str(error), status=409, content_type="text/plain")
        # Pictures were drawn by us, so they may be shown in the page; all else only downloads.
        is_picture = evidence.media_type.startswith("image/")
        kind = evidence.media_type if is_picture else "application/octet-stream"
        name = download_name(number=pk, media_type=evidence.media_type)
        return HttpResponse(
            content,
            content_type=kind,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )


def _stake_words(stake: Stake) -> dict[str, str]:
    """Return what is at stake in dollars; what only the ledger knows may be unknown just now."""
    unknown = "not known: the ledger did not answer"
    return {
        "bond": usd(stake.bond),
        "committed": usd(stake.committed),
        "free": unknown if stake.free is None else usd(stake.free),
        "most": unknown if stake.most_value is None else usd(stake.most_value),
    }
