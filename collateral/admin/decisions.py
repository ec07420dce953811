"""What two people decide: the inbox, and one page for each decision."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.decorators import display

from collateral import services
from collateral.admin.base import OpenToVerifiers, verifier_of
from collateral.admin.doors import REFUSED
from collateral.models import JointDecision, JointKind, JointStatus
from collateral.selectors.calls import WalletCall, freeze_proposal, revocation_call
from contracts.errors import ChainError

PROPOSE, CONFIRM = "collateral.add_jointdecision", "collateral.change_jointdecision"
_COLOURS = {"proposed": "warning", "confirmed": "info", "declined": "danger", "done": "success"}


def may_decide(user: User | AnonymousUser, permission: str) -> bool:
    """Tell whether somebody may propose or confirm: a verifier's person, or staff with leave."""
    return bool(verifier_of(user)) or user.has_perm(permission)


@admin.register(JointDecision)
class JointDecisionAdmin(OpenToVerifiers):
    """Revocations and freezes, waiting for a second person or done."""

    page_template = "collateral/desk/decision.html"

    list_display = ("asset", "kind", "proposed_by", "decided_by", "shown_status", "proposed_at")
    list_filter = ("status", "kind")
    list_select_related = ("asset", "proposed_by", "decided_by")

    @display(description="Status", label=_COLOURS, ordering="status")
    def shown_status(self, decision: JointDecision) -> tuple[str, str]:
        """Show where it stands."""
        return decision.status, decision.get_status_display()

    def get_urls(self) -> list[URLPattern]:
        """Add proposing, confirming and declining."""
        views = {
            "revoke/<int:pk>/": (self.propose_revocation, "collateral_propose_revocation"),
            "freeze/<int:pk>/": (self.propose_freeze, "collateral_propose_freeze"),
            "<int:pk>/confirm/": (self.confirm, "collateral_confirm_decision"),
            "<int:pk>/decline/": (self.decline, "collateral_decline_decision"),
        }
        own = [
            path(route, self.admin_site.admin_view(require_POST(view)), name=name)
            for route, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def page(self, request: HttpRequest, decision: JointDecision) -> dict[str, Any]:
        """Show one decision, and to the right person what is left to do."""
        own = decision.proposed_by_id == request.user.pk
        is_open = decision.status == JointStatus.PROPOSED
        return {
            "title": str(decision),
            "decision": decision,
            "own": own,
            "may_confirm": is_open and not own and may_decide(request.user, CONFIRM),
            "may_decline": is_open and may_decide(request.user, CONFIRM),
            "call": self._call(request, decision),
        }

    def _call(self, request: HttpRequest, decision: JointDecision) -> WalletCall | None:
        """Return what is left for a wallet to send once two people agree."""
        if decision.status != JointStatus.CONFIRMED:
            return None
        try:
            if decision.kind == JointKind.FREEZE:
                return freeze_proposal(decision)
            mine = decision.attestation.verifier == verifier_of(request.user)
            return revocation_call(decision) if mine else None
        except ChainError as error:
            messages.error(request, str(error))
            return None

    def propose_revocation(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose that an attestation is revoked."""
        back = reverse("admin:collateral_attestation_change", args=[pk])
        return self._propose(request, back, services.propose_revocation, attestation_id=pk)

    def propose_freeze(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose that a token is frozen."""
        back = reverse("admin:collateral_asset_change", args=[pk])
        return self._propose(request, back, services.propose_freeze, asset_id=pk)

    def _propose(self, request: HttpRequest, back: str, service: Any, **what: int) -> HttpResponse:
        if not may_decide(request.user, PROPOSE):
            raise Http404("You may not propose this.")
        try:
            made = service(reason=request.POST.get("reason", ""), user=request.user, **what)
        except REFUSED as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(back)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        messages.success(request, "Proposed. Another person must confirm it.")
        return self._page(made.pk)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm what another person proposed."""
        return self._decide(request, pk, services.confirm_decision, "Confirmed by two people.")

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decline a proposal, or take back one's own."""
        return self._decide(request, pk, services.decline_decision, "Declined. Nothing changes.")

    def _decide(self, request: HttpRequest, pk: int, service: Any, said: str) -> HttpResponse:
        known = JointDecision.objects.filter(pk=pk).exists()
        if not known or not may_decide(request.user, CONFIRM):
            raise Http404("There is no such decision for you.")
        try:
            service(decision_id=pk, user=request.user)
            messages.success(request, said)
        except REFUSED as refusal:
            messages.error(request, str(refusal))
        return self._page(pk)

    def _page(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:collateral_jointdecision_change", args=[pk]))
