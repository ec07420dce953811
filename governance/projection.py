"""What `RiskTerms` says was set, kept as history."""

import re

from contracts.types import Event
from governance.models import TermsChange, UtilisationReport
from settlement import projection


def register() -> None:
    """Tell the event reader which events concern governance, and what their handlers write."""
    projection.register_rows(TermsChange, UtilisationReport)
    projection.register("RiskTerms", "ClassTermsSet", class_terms_set)
    projection.register("RiskTerms", "UtilisationSet", utilisation_set)


def class_terms_set(event: Event) -> None:
    """Keep the terms of a class as they were set."""
    TermsChange.objects.create(
        class_id=event.args["classId"],
        terms={_snake_case(name): value for name, value in event.args["terms"].items()},
        set_at=event.block_time,
        block_number=event.block_number,
        tx_hash=event.tx_hash,
    )


def utilisation_set(event: Event) -> None:
    """Keep what a close reported."""
    UtilisationReport.objects.create(
        reported_bps=event.args["reportedBps"],
        curve_bps=event.args["curveBps"],
        set_at=event.block_time,
        block_number=event.block_number,
    )


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
