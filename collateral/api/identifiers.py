"""Identifiers and classes: what may be entered, and whether a value is well-formed."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest

from collateral.api.json import BadRequest, body_of, door, text_of
from collateral.domain.classes import describe_classes
from collateral.domain.identifiers.checking import check_value


@door("POST")
def check(request: HttpRequest) -> dict[str, Any]:
    """Check one value, as `manage.py check_identifier` does."""
    body = body_of(request)
    value = body.get("value")
    jurisdiction = body.get("jurisdiction")
    parts = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if not (isinstance(value, str) or parts) or not isinstance(jurisdiction, str | None):
        raise BadRequest("FIELD_TYPE", "value and jurisdiction are texts; write them in quotes.")
    verdict = check_value(scheme=text_of(body, "scheme"), value=value, jurisdiction=jurisdiction)
    return asdict(verdict)


@door("GET")
def classes(request: HttpRequest) -> dict[str, Any]:
    """Return every class with its fields, identifiers, checklists, roles and validity."""
    return {"classes": describe_classes()}
