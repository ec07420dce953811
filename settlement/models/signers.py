"""The keys that send, and who acts for them now."""

from django.db import models
from django.db.models import Q


class Signer(models.Model):
    """A relayer key. One worker at a time acts for it, by a lease with a fencing token."""

    chain_id = models.BigIntegerField()
    address = models.CharField(max_length=42)
    purpose = models.CharField(max_length=20)
    key_index = models.IntegerField()
    lane = models.IntegerField(null=True, blank=True)
    source = models.CharField(
        max_length=300, blank=True, help_text="Where the key is; empty: derived from the mnemonic"
    )
    paused = models.CharField(max_length=200, blank=True, help_text="Why nothing new is sent")
    retired_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "address"], name="signer_once"),
            models.UniqueConstraint(
                fields=["chain_id", "lane"],
                condition=Q(lane__isnull=False, retired_at__isnull=True),
                name="signer_one_per_lane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.key_index} ({self.address[:10]}…)"
