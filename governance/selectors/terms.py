"""Risk terms as they are and as they were."""

from dataclasses import dataclass
from typing import Any

from collateral.domain.classes import class_by_id
from governance.models import TermsChange, UtilisationReport


@dataclass(frozen=True, kw_only=True)
class ClassNow:
    """The present terms of a class; bps and seconds; rate at the present utilisation."""

    class_id: int
    label: str
    terms: dict[str, Any]
    rate_bps: int
    set_at: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that a change moved."""

    name: str
    before: Any
    after: Any


def terms_now() -> list[ClassNow]:
    """Return the present terms of every class, by class."""
    curve = UtilisationReport.objects.first()
    curve_bps = curve.curve_bps if curve else 0
    newest = TermsChange.objects.order_by("class_id", "-id").distinct("class_id")
    return [
        ClassNow(
            class_id=change.class_id,
            label=class_by_id(change.class_id).label,
            terms=change.terms,
            rate_bps=_rate_bps(change.terms, curve_bps),
            set_at=change.set_at,
        )
        for change in newest
    ]


def differences(change: TermsChange) -> list[Difference]:
    """Return what a change moved against the terms before it."""
    earlier = TermsChange.objects.filter(class_id=change.class_id, id__lt=change.id).first()
    before = earlier.terms if earlier else {}
    return [
        Difference(name=name, before=before.get(name), after=after)
        for name, after in change.terms.items()
        if before.get(name) != after
    ]


def _rate_bps(terms: dict[str, Any], curve_bps: int) -> int:
    """Return the rate, rounded up as the contract does."""
    slope = int(terms["rate_slope_bps"]) * curve_bps
    return int(terms["base_rate_bps"]) - (-slope // 10_000)
