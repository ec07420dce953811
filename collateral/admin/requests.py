"""The verifier desk: what waits for me, what must I check, what did I sign."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, OrderBy, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST
from unfold.decorators import display

from collateral import services
from collateral.admin.base import STATUS_COLOURS, BaseAdmin, verifier_of
from collateral.admin.filters import AgeFilter, ClassFilter
from collateral.admin.statement import Prepared, prepared_statement
from collateral.domain.display import identifier_words, usd
from collateral.domain.verification import VerificationError
from collateral.errors import REFUSALS
from collateral.models import Evidence, RequestStatus, VerificationRequest, Verifier
from collateral.selectors import request_sheet, requests_for
from settlement.errors import SettlementError

Action = Callable[[VerificationRequest, Verifier, HttpRequest], str]
_REFUSED = (*REFUSALS, SettlementError)


@admin.register(VerificationRequest)
class VerificationRequestAdmin(BaseAdmin):
    """The queue, and one page for each decision."""

    list_display = ("asset_named", "asset_class", "asked", "shown_status", "price", "waiting")
    list_filter = ("status", "role", ClassFilter, AgeFilter)
    list_select_related = ("asset__owner", "claimed_by")
    search_fields = ("asset__canonical", "asset__owner__address", "asset__publisher")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let verifiers in without a permission of Django's own."""
        return bool(verifier_of(request.user)) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the area to verifiers."""
        return bool(verifier_of(request.user)) or super().has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[VerificationRequest]:
        """Keep to what this verifier may decide; other staff see all."""
        verifier = verifier_of(request.user)
        return requests_for(verifier) if verifier else VerificationRequest.objects.all()

    def get_ordering(self, request: HttpRequest) -> tuple[OrderBy | str, ...]:
        """Put what waits first, the oldest on top."""
        return F("decided_at").asc(nulls_first=True), "created_at", "pk"

    @display(description="Asset", header=True)
    def asset_named(self, request: VerificationRequest) -> list[str]:
        """Show the asset's name over its identifier."""
        return [request.asset.name, identifier_words(request.asset.canonical)]

    @display(description="Class", ordering="asset__class_id")
    def asset_class(self, request: VerificationRequest) -> str:
        """Show the class in words."""
        return request.asset.asset_class.label

    @display(description="Role", ordering="role")
    def asked(self, request: VerificationRequest) -> str:
        """Show the role that is asked."""
        return request.get_role_display()

    @display(description="Status", label=STATUS_COLOURS, ordering="status")
    def shown_status(self, request: VerificationRequest) -> tuple[str, str]:
        """Show where the request stands."""
        return request.status, request.get_status_display()

    @display(description="Price hint", ordering="asset__price_units")
    def price(self, request: VerificationRequest) -> str:
        """Show the price that the asset came with."""
        units = request.asset.price_units
        return usd(units) if units else "none"

    @display(description="Waiting", ordering="created_at")
    def waiting(self, request: VerificationRequest) -> str:
        """Show how long it has waited, or waited until it was decided."""
        return timesince(request.created_at, request.decided_at or timezone.now(), depth=1)

    def get_urls(self) -> list[URLPattern]:
        """Add the decisions and the documents."""
        actions: dict[str, Action] = {
            "claim": _claim,
            "release": _release,
            "reject": _reject,
            "sign": _sign,
        }
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(self._door(action))),
                name=f"collateral_request_{name}",
            )
            for name, action in actions.items()
        ]
        document = path(
            "evidence/<int:pk>/",
            self.admin_site.admin_view(self.document),
            name="collateral_evidence",
        )
        return [*own, document, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one request: the asset, the checks, and the decision."""
        found = self.get_object(request, object_id)
        if found is None or not self.has_view_permission(request, found):
            return super().change_view(request, object_id, form_url, extra_context)
        verifier = verifier_of(request.user)
        mine = bool(verifier) and found.claimed_by == verifier
        deciding = mine and found.status == RequestStatus.CLAIMED
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{found.get_role_display()}: {found.asset.name}",
            "sheet": request_sheet(found),
            "verifier": verifier,
            "deciding": deciding,
            "prepared": self._prepared(request, found, verifier) if deciding else None,
            "value": request.GET.get("value", ""),
        }
        return TemplateResponse(request, "collateral/desk/request.html", context)

    def _prepared(
        self, request: HttpRequest, found: VerificationRequest, verifier: Verifier | None
    ) -> Prepared | None:
        """Return the message to sign once its value is known, or say what is wrong with it."""
        if verifier is None or "prepare" not in request.GET:
            return None
        try:
            return prepared_statement(found, verifier, request.GET.get("value", ""))
        except _REFUSED as error:
            messages.error(request, str(error))
            return None

    def _door(self, action: Action) -> Callable[..., HttpResponse]:
        """Return the view of one decision: check who asks, act, say what happened."""

        def view(request: HttpRequest, pk: int) -> HttpResponse:
            verifier = verifier_of(request.user)
            found = self.get_queryset(request).filter(pk=pk).first()
            if verifier is None or found is None:
                raise Http404("There is no such request for this verifier.")
            try:
                messages.success(request, action(found, verifier, request))
            except _REFUSED as error:
                messages.error(request, str(error))
            page = reverse("admin:collateral_verificationrequest_change", args=[pk])
            return HttpResponseRedirect(page)

        return view

    def document(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out one document to a verifier who may see it, its hash checked."""
        evidence = Evidence.objects.filter(
            pk=pk, asset__requests__in=self.get_queryset(request)
        ).first()
        if evidence is None or not evidence.path or not self.has_view_permission(request):
            raise Http404("There is no such document for this verifier.")
        try:
            content = services.evidence_content(evidence=evidence)
        except _REFUSED as error:
            return HttpResponse(str(error), status=409, content_type="text/plain")
        return HttpResponse(
            content,
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="evidence-{pk}.bin"',
                "X-Content-Type-Options": "nosniff",
            },
        )


def _claim(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    services.claim_request(request_id=found.pk, verifier=verifier)
    return "The request is yours. Go through the checks, then sign or reject."


def _release(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    services.release_request(request_id=found.pk, verifier=verifier)
    return "The request is back in the queue."


def _reject(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    reason = request.POST.get("reason", "")
    services.reject_request(request_id=found.pk, verifier=verifier, reason=reason)
    return "Rejected. The owner sees your reason and may submit again."


def _sign(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    try:
        message = json.loads(request.POST.get("message", ""))
        given = dict(message)
    except (TypeError, ValueError) as error:
        raise VerificationError(
            "MESSAGE_FORMAT",
            "The message could not be read, so nothing was kept. Prepare it again.",
        ) from error
    services.submit_attestation(
        request_id=found.pk, message=given, signature=request.POST.get("signature", "").strip()
    )
    return "Your attestation is kept. The asset is minted once every role has signed."
