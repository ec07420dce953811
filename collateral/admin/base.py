"""What all pages of the desk share: they show; changes go through a service."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from collateral.models import Verifier

STATUS_COLOURS = {
    "open": "info",
    "claimed": "warning",
    "attested": "success",
    "rejected": "danger",
    "asked": "warning",
    "incomplete": "warning",
    "withdrawn": "info",
    "draft": "info",
    "submitted": "info",
    "verified": "primary",
    "minting": "warning",
    "minted": "success",
    "pledged": "warning",
    "frozen": "danger",
    "revoked": "danger",
    "mint_failed": "danger",
}


def verifier_of(user: User | AnonymousUser) -> Verifier | None:
    """Return the verifier for whom this member of staff works."""
    return getattr(user, "verifier", None)


class BaseAdmin(ModelAdmin):
    """Read-only by default."""

    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: nothing is deleted."""
        return False


class PageAdmin(BaseAdmin):
    """Shows a row on a page of the desk's own, made by :meth:`page`, instead of Django's form."""

    page_template: str

    def page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return the context of a row's page; ``title`` is its heading."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show the row, or let Django say that it is missing or not for this person."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            return super().change_view(request, object_id, form_url, extra_context)
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, self.page_template, frame | self.page(request, row))


class OpenToVerifiers(PageAdmin):
    """Lets verifiers in without a permission of Django's own."""

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let a verifier's person see what is listed for it."""
        return bool(verifier_of(request.user)) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the area to verifiers."""
        return bool(verifier_of(request.user)) or super().has_module_permission(request)
