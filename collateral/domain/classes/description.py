"""The classes as plain data, for the API and the documentation."""

from typing import Any

from collateral.domain.classes.base import AssetClass, Field
from collateral.domain.classes.table import CLASSES


def describe_classes() -> list[dict[str, Any]]:
    """Return every class with what is entered, who vouches for it, and for how long."""
    return [describe_class(one) for one in CLASSES]


def describe_class(one: AssetClass) -> dict[str, Any]:
    """Return one class as data; times are seconds."""
    return {
        "id": one.id,
        "code": one.code,
        "label": one.label,
        "fungible": one.fungible,
        "schemes": list(one.schemes),
        "roles": [role.label for role in one.required_roles()],
        "validity_s": one.validity_s,
        "has_parcel": one.has_parcel,
        "valuation": one.valuation,
        "fields": [_described(field) for field in one.fields],
        "checklist": {role.label: list(lines) for role, lines in one.checklist.items()},
    }


def _described(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "key": field.key,
        "kind": field.kind.value,
        "help": field.help,
        "units": [unit.code for unit in field.units],
        "required": field.required,
        "identifying": field.identifying,
    }
