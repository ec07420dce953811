"""What borrowers signed: terms waiting to become loans, and new terms for called ones."""

from django.db import models

from collateral.fields import Uint256Field
from lending.models.lanes import ADDRESS_LENGTH
from lending.models.loans import Loan


class RequestStatus(models.TextChoices):
    """Where a signed request stands."""

    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent"
    OPENED = "opened", "Loan opened"
    REFUSED = "refused", "Refused"


class TermsRequest(models.Model):
    """A borrower's signed terms. What was signed never changes; the rest tells its fate."""

    borrower = models.CharField(max_length=ADDRESS_LENGTH)
    lane_number = models.PositiveIntegerField("lane")
    nonce = Uint256Field()
    principal = models.BigIntegerField()
    deadline = models.BigIntegerField("usable until, chain time")
    terms = models.JSONField()
    signature = models.CharField(max_length=2000)
    status = models.CharField(
        max_length=8, choices=RequestStatus, default=RequestStatus.WAITING, db_index=True
    )
    attempts = models.PositiveIntegerField(default=0)
    client_key = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    loan = models.OneToOneField(
        Loan, on_delete=models.PROTECT, related_name="request", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "lane_number", "nonce"], name="terms_request_once"
            ),
            models.CheckConstraint(
                condition=models.Q(principal__gt=0), name="terms_request_principal_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"Request of {self.borrower}"


class WorkoutOffer(models.Model):
    """New terms that the borrower of a called loan signed, for governance to decide (rule D8).

    What was signed never changes. The last offer that was not withdrawn is the one that stands.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="workout_offers")
    nonce = Uint256Field()
    deadline = models.BigIntegerField("usable until, chain time")
    workout = models.JSONField()
    signature = models.CharField(max_length=2000)
    reason = models.CharField("why, in the borrower's words", max_length=1000)
    offered_at = models.BigIntegerField("chain time")
    withdrawn = models.BooleanField(default=False)
    agreed_at = models.BigIntegerField("given by a vote at, chain time", default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "nonce"], name="workout_offer_once"),
            models.CheckConstraint(
                condition=models.Q(agreed_at__gte=0), name="workout_offer_agreed_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"New terms for {self.loan}"
