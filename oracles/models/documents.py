"""Documents kept under the hash of their content: inputs of rounds, and leaves as published."""

from django.db import models
from django.db.models import Q

HASH_LENGTH = 66


class Document(models.Model):
    """Bytes that are never changed, named by their SHA-256."""

    hash = models.CharField("SHA-256", max_length=HASH_LENGTH, unique=True)
    size = models.PositiveBigIntegerField("bytes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hash__regex=r"^0x[0-9a-f]{64}$"), name="document_hash_shape"
            )
        ]

    def __str__(self) -> str:
        return self.hash


class DocumentPart(models.Model):
    """A piece of a document: a million assets' inputs are too long for one field."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="document_part_once")
        ]

    def __str__(self) -> str:
        return f"Part {self.position} of {self.document_id}"
