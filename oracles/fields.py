"""The database field of a hash: half as long as its digits, and read without decoding."""

from typing import Any

from django.db import models


class Sha256Field(models.BinaryField):
    """A SHA-256, 64 hexadecimal digits on this side and 32 bytes in the database."""

    description = "SHA-256"

    def from_db_value(self, value: bytes | None, *args: Any) -> str | None:
        """Return the digits."""
        return None if value is None else bytes(value).hex()

    def to_python(self, value: Any) -> Any:
        """Return the digits, which are what fixtures hold as well."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Return the digits."""
        return str(self.value_from_object(obj))

    def get_prep_value(self, value: str | None) -> bytes | None:
        """Return the bytes.

        Raises:
            ValueError: where the value is not in hexadecimal digits.
        """
        return None if value is None else bytes.fromhex(value)
