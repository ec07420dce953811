"""Who observes, and what was observed, accepted or refused."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from oracles.admin.base import BaseAdmin, ReadOnlyAdmin
from oracles.models import Observation, Source, Verdict
from oracles.presentation import moment, scaled

VERDICT_LABELS = {Verdict.ACCEPTED.label: "success", Verdict.REFUSED.label: "danger"}


@admin.register(Source)
class SourceAdmin(BaseAdmin):
    """Sources can be added and switched off; what they said stays."""

    list_display = ("name", "kind", "class_shown", "active", "accepted", "refused", "newest")
    list_filter = ("kind", "active", "class_id")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        accepted = Q(observations__verdict=Verdict.ACCEPTED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                accepted_count=Count("observations", filter=accepted),
                refused_count=Count(
                    "observations", filter=Q(observations__verdict=Verdict.REFUSED)
                ),
                newest_at=Max("observations__observed_at", filter=accepted),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Only for class")
    def class_shown(self, source: Source) -> str:
        return source.get_class_id_display() if source.class_id else "All"

    @display(description="Accepted", ordering="accepted_count")
    def accepted(self, source: Any) -> str:
        return f"{source.accepted_count:,}"

    @display(description="Refused", ordering="refused_count")
    def refused(self, source: Any) -> str:
        return f"{source.refused_count:,}"

    @display(description="Newest", ordering="newest_at")
    def newest(self, source: Any) -> str:
        return moment(source.newest_at)


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    """Every observation with its verdict; a refused one says why."""

    list_display = ("subject", "source", "kind", "shown_amount", "observed", "shown_verdict", "why")
    list_filter = ("verdict", "kind", "code", "source")
    list_select_related = ("asset", "source")
    search_fields = ("asset__canonical", "token", "source__name")
    ordering = ("-pk",)
    fields = (
        *("asset", "token", "source", "kind", "shown_amount", "given", "observed"),
        *("verdict", "code", "reason", "raw_hash", "recorded_at"),
    )
    readonly_fields = ("shown_amount", "observed")

    @display(description="Of")
    def subject(self, observation: Observation) -> str:
        return str(observation.asset or observation.token)

    @display(description="Value")
    def shown_amount(self, observation: Observation) -> str:
        if observation.value is None or observation.scale < 0:
            return observation.given
        shown = scaled(observation.value, observation.scale)
        return f"{shown} {observation.get_unit_display()}"

    @display(description="Observed", ordering="observed_at")
    def observed(self, observation: Observation) -> str:
        return moment(observation.observed_at)

    @display(description="Verdict", label=VERDICT_LABELS, ordering="verdict")
    def shown_verdict(self, observation: Observation) -> str:
        return observation.get_verdict_display()

    @display(description="Why refused")
    def why(self, observation: Observation) -> str:
        return observation.reason or "—"
