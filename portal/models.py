"""State of the portal itself: sign-ins that were begun."""

from django.db import models
from django.db.models import F, Q


class SignInChallenge(models.Model):
    """A nonce for one wallet in one browser; deleted by the answer, so it serves once."""

    nonce = models.CharField(primary_key=True, max_length=64)
    session_key = models.CharField(max_length=40)
    address = models.CharField(max_length=42)
    origin = models.CharField(max_length=200)
    chain_id = models.PositiveBigIntegerField()
    issued_at_s = models.BigIntegerField("issued at, unix seconds")
    expires_at_s = models.BigIntegerField("expires at, unix seconds", db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at_s__gt=F("issued_at_s")), name="sign_in_expires_later"
            )
        ]

    def __str__(self) -> str:
        return f"Sign-in of {self.address}"
