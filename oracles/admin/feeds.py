"""Feeds with their health and breakers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from oracles.admin.base import BaseAdmin
from oracles.models import SourceFeed
from oracles.presentation import moment

ANSWERS, FAILS, LEFT_ALONE, NEW = "Answers", "Fails", "Left alone", "Not asked yet"
HEALTH_LABELS = {ANSWERS: "success", FAILS: "warning", LEFT_ALONE: "danger", NEW: "info"}


@admin.register(SourceFeed)
class SourceFeedAdmin(BaseAdmin):
    """Where sources are asked, and how they fare."""

    list_display = ("source", "shown_health", "answered", "counted", "failures", "last_message")
    list_select_related = ("source",)
    readonly_fields = (
        *("slot", "failures", "open_until", "succeeded_at", "last_code", "last_message"),
        *("accepted", "refused"),
    )

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
