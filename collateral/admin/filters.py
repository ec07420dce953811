"""Filters of the verifier desk."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from collateral.models.assets import CLASS_CHOICES
from settlement.selectors import chain_time

DAY_S = 86_400


class OneOfFilter(SimpleListFilter):
    """A filter that takes no other value than those it offers; what an address says may be any."""

    def value(self) -> str | None:
        """Return the chosen value, or None for one that is not offered."""
        said = super().value()
        return said if said in {value for value, _ in self.lookup_choices} else None


class ClassFilter(OneOfFilter):
    """By asset class."""

    title = "class"
    parameter_name = "class"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the physical classes."""
        return [(str(number), label) for number, label in CLASS_CHOICES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep the requests for assets of the class."""
        value = self.value()
        return queryset.filter(asset__class_id=value) if value else queryset


class MineFilter(OneOfFilter):
    """By who works on it."""

    title = "who has taken it"
    parameter_name = "taken"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return mine and nobody's."""
        return [("mine", "by me"), ("nobody", "by nobody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep what this verifier, or nobody, has taken."""
        if self.value() == "mine":
            return queryset.filter(claimed_by__user=request.user)
        return queryset.filter(claimed_by=None) if self.value() == "nobody" else queryset


class RenewalFilter(OneOfFilter):
    """By whether the thing has a token already."""

    title = "occasion"
    parameter_name = "occasion"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return first attestation and renewal."""
        return [("first", "first attestation"), ("renewal", "renewal")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep requests of assets with, or without, a token."""
        if not self.value():
            return queryset
        return queryset.filter(asset__token_id__isnull=self.value() == "first")


class AgeFilter(OneOfFilter):
    """By how long the request has waited."""

    title = "time waited"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the steps, in days."""
        return [("1", "more than a day"), ("3", "more than 3 days: late"), ("7", "over a week")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep what was asked before then."""
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(created_at__lt=timezone.now() - timedelta(days=int(value)))


class ExpiryFilter(OneOfFilter):
    """By how soon it runs out."""

    title = "runs out"
    parameter_name = "runs_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the steps, in days."""
        return [("30", "within 30 days"), ("60", "within 60 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep what still holds, and not for longer than that."""
        days = self.value()
        if not days:
            return queryset
        now = chain_time()
        return queryset.filter(
            valid_until__gt=now, valid_until__lt=now + int(days) * DAY_S, revoked=False
        )
