"""Rounds that the global breaker held back."""

from django.contrib import admin
from unfold.decorators import display

from collateral.domain.classes import class_by_id
from oracles.admin.base import ReadOnlyAdmin
from oracles.models import BreakerTrip
from oracles.presentation import moment
from oracles.selectors import next_is

OPEN, PASSED = "Holds the round back", "Passed"


@admin.register(BreakerTrip)
class BreakerTripAdmin(ReadOnlyAdmin):
    """When too many values of several classes would leap at once, people look first."""

    list_display = ("number", "state", "as_of", "share", "by_class", "tripped_at")
    fields = ("number", "state", "as_of", "share", "by_class", "tripped_at")
    readonly_fields = ("state", "as_of", "share", "by_class")

    @display(description="State", label={OPEN: "danger", PASSED: "info"})
    def state(self, trip: BreakerTrip) -> str:
        return OPEN if next_is(trip.number) else PASSED

    @display(description="Values as of", ordering="observed_at")
    def as_of(self, trip: BreakerTrip) -> str:
        return moment(trip.observed_at)

    @display(description="Beyond their limits", ordering="beyond")
    def share(self, trip: BreakerTrip) -> str:
        return f"{trip.beyond:,} of {trip.counted:,} values"

    @display(description="In which classes")
    def by_class(self, trip: BreakerTrip) -> str:
        return ", ".join(
            f"{class_by_id(int(one)).label} {count:,}" for one, count in trip.classes.items()
        )
