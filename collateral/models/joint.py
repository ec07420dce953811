"""What two people decide: one proposes it for a reason, another confirms it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

LEAST_REASON, MOST_REASON = 10, 300


class JointStatus(models.TextChoices):
    """Where a decision of two people stands."""

    PROPOSED = "proposed", "Waits for a second person"
    CONFIRMED = "confirmed", "Confirmed by two people"
    DECLINED = "declined", "Declined"
    DONE = "done", "Done on the ledger"


class TwoPeopleDecision(models.Model):
    """What no person may do alone; :mod:`collateral.services.joint` takes its steps."""

    reason = models.CharField(max_length=MOST_REASON)
    status = models.CharField(max_length=9, choices=JointStatus, default=JointStatus.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__regex=rf"^.{{{LEAST_REASON},}}$"), name="%(class)s_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(status=JointStatus.PROPOSED, decided_by=None, decided_at=None)
                | Q(
                    ~Q(status=JointStatus.PROPOSED),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="%(class)s_decided_by_someone",
            ),
            # The one who proposed may take it back, and never confirms it.
            models.CheckConstraint(
                condition=Q(status__in=(JointStatus.PROPOSED, JointStatus.DECLINED))
                | ~Q(decided_by=F("proposed_by")),
                name="%(class)s_needs_two_people",
            ),
        ]
