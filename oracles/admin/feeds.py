"""Feeds with their health and breakers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from oracles.admin.base import BaseAdmin
from oracles.models import SourceFeed
from oracles.presentation import moment
from oracles.sources.adapters import ADAPTERS
from oracles.sources.errors import SourceFailed

ANSWERS, FAILS, LEFT_ALONE, NEW = "Answers", "Fails", "Left alone", "Not asked yet"
HEALTH_LABELS = {ANSWERS: "success", FAILS: "warning", LEFT_ALONE: "danger", NEW: "info"}


class FeedForm(forms.ModelForm):
    """A feed is saved only with settings that its adapter can work with."""

    class Meta:
        model = SourceFeed
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        adapter = ADAPTERS.get(cleaned.get("adapter", ""))
        if adapter is None or self.errors:
            return cleaned
        feed = SourceFeed(**{name: cleaned[name] for name in _SETTINGS})
        try:
            adapter.check(feed)
        except SourceFailed as failure:
            raise forms.ValidationError(str(failure)) from None
        return cleaned


_SETTINGS = ("source", "adapter", "url", "hosts", "items", "fields", "defaults", "terms")


@admin.register(SourceFeed)
class SourceFeedAdmin(BaseAdmin):
    """Where sources are asked, and how they fare."""

    form = FeedForm
    list_display = (
        *("source", "adapter", "shown_health", "answered", "counted", "waiting", "failures"),
        "last_message",
    )
    list_filter = ("adapter",)
    list_select_related = ("source",)
    readonly_fields = (
        *("slot", "failures", "open_until", "succeeded_at", "last_code", "last_message"),
        *("accepted", "refused"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceFeed]:
        left = Count("chunks", filter=Q(chunks__done_at=None))
        return super().get_queryset(request).annotate(chunks_left=left)

    @display(description="Chunks to be done", ordering="chunks_left")
    def waiting(self, feed: Any) -> str:
        return f"{feed.chunks_left:,}"

    @display(description="Health", label=HEALTH_LABELS)
    def shown_health(self, feed: SourceFeed) -> str:
        if feed.open_until is not None and feed.open_until > timezone.now():
            return LEFT_ALONE
        if feed.failures:
            return FAILS
        return ANSWERS if feed.succeeded_at else NEW

    @display(description="Last answered", ordering="succeeded_at")
    def answered(self, feed: SourceFeed) -> str:
        return moment(int(feed.succeeded_at.timestamp())) if feed.succeeded_at else "—"

    @display(description="Accepted, refused then")
    def counted(self, feed: SourceFeed) -> str:
        return f"{feed.accepted:,}, {feed.refused:,}"
