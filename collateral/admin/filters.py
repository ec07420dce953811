"""Filters of the verifier desk."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from collateral.models.assets import CLASS_CHOICES


class ClassFilter(SimpleListFilter):
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


class AgeFilter(SimpleListFilter):
    """By how long the request has waited."""

    title = "waiting for"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the steps, in days."""
        return [("1", "more than a day"), ("3", "more than 3 days"), ("7", "more than a week")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep what was asked before then."""
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(created_at__lt=timezone.now() - timedelta(days=int(value)))
