"""Database fields for what Django has no field for: the chain's numbers, plane polygons."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models


class Uint256Field(models.DecimalField):
    """A whole number of up to 256 bits, a Python ``int`` on this side."""

    description = "Whole number of up to 256 bits"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_digits": 78, "decimal_places": 0}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        """Leave out the fixed digits."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def from_db_value(self, value: Decimal | None, *args: Any) -> int | None:
        """Return the number as an ``int``."""
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        """Return the number as an ``int``, from text too."""
        if value is None or isinstance(value, int):
            return value
        decimal = super().to_python(value)
        return None if decimal is None else int(decimal)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Hand the number to the database as a decimal, whose context would round an ``int``."""
        return None if value is None else Decimal(value)


class PolygonField(models.Field):
    """A ring of PostgreSQL's own type ``polygon``; on this side a sequence of pairs of numbers."""

    description = "Polygon of the plane, without holes"

    def db_type(self, connection: Any) -> str:
        """Return the type of the column."""
        return "polygon"

    def get_prep_value(self, value: Iterable[tuple[float, float]] | None) -> str | None:
        """Return the ring as PostgreSQL writes it."""
        if value is None:
            return None
        return "(" + ",".join(f"({x},{y})" for x, y in value) + ")"
