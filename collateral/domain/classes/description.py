"""The classes as plain data, for the API and the documentation."""

from typing import Any

from collateral.domain.classes.base import AssetClass, Field
from collateral.domain.classes.table import CLASSES

_DAY_S = 86_400
_INTRODUCTION = (
    "# Asset classes",
    "",
    "A class is one declaration in `collateral/domain/classes/table.py`, numbered as "
    "`contracts/genesis.json` numbers it. Forms, the admin, the API (`/api/v1/classes`, which",
    "lists fields and checklists too) and the import read it from there; so does this page, which "
    "`manage.py describe_classes` prints.",
    "",
    "| no. | code | name | identified by, best first | roles that must all vouch | "
    "valid, days | valued | fields |",
    "|---|---|---|---|---|---|---|---|",
)


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


def classes_page() -> str:
    """Return the page of the documentation that lists the classes; `docs/classes.md` holds it."""
    rows = [_row(one) for one in CLASSES]
    return "\n".join([*_INTRODUCTION, *rows]) + "\n"


def _row(one: AssetClass) -> str:
    roles = ", ".join(role.label for role in one.required_roles()) or "none"
    schemes = ", ".join(f"`{scheme}`" for scheme in one.schemes) or "none"
    extra = ", outline" if one.has_parcel else ""
    return (
        f"| {one.id} | `{one.code}` | {one.label} | {schemes}{extra} | {roles} | "
        f"{one.validity_s // _DAY_S or '–'} | {one.valuation.value} | {len(one.fields)} |"
    )
