"""State of the portal itself: sign-ins that were begun, and who wants news by mail."""

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


class SignInCount(models.Model):
    """How often somebody tried to sign in during one window of time; old ones are deleted."""

    subject = models.CharField(max_length=100)
    window = models.BigIntegerField("number of the window since 1970")
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "subject"], name="sign_in_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.count} sign-ins of {self.subject}"


class MailAddress(models.Model):
    """Where a wallet wants its news, once the holder of the address has confirmed it."""

    wallet = models.CharField(max_length=42, unique=True)
    email = models.EmailField()
    asked_at = models.DateTimeField()
    # When the question went out, once only for each asking.
    question_sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "mail addresses"

    def __str__(self) -> str:
        return f"news for {self.wallet}"


class NoticeStatus(models.TextChoices):
    """Where one thing to tell stands."""

    WAITING = "waiting", "Waits"
    # Whatever happens from here on, it is not sent again: it may have left.
    SENDING = "sending", "Handed to the mail server"
    SENT = "sent", "Sent"
    FAILED = "failed", "Refused by the mail server"


class Notice(models.Model):
    """One line of an asset's history, for one reader by mail."""

    to = models.ForeignKey(MailAddress, on_delete=models.CASCADE, related_name="notices")
    change = models.ForeignKey("collateral.AssetChange", on_delete=models.CASCADE, related_name="+")
    status = models.CharField(
        max_length=7, choices=NoticeStatus, default=NoticeStatus.WAITING, db_index=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["to", "change"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.change_id} to {self.to_id}"
