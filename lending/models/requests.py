"""Terms that borrowers signed, waiting to become loans."""

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
