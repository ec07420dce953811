"""What all pages of the desk share: they show; changes go through a service."""

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
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
