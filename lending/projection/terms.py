"""Risk terms, the rate curve and the oracle's clock."""

import re

from contracts.types import Event
from lending.models import ClassTerms, OracleClock, ProtocolPause, RateCurve
from lending.parameters import oracle_parameters


def on_class_terms_set(event: Event) -> None:
    """Keep the present terms of a class, and where its liquidation LTV comes from."""
    terms = {snake_case(name): value for name, value in event.args["terms"].items()}
    class_id, now = event.args["classId"], event.block_time
    known = ClassTerms.objects.filter(class_id=class_id).first()
    before = known.terms_at(now).liquidation_ltv_bps if known else 0
    changed = terms | {"falls_from_bps": before, "changed_at": now}
    ClassTerms.objects.update_or_create(class_id=class_id, defaults=changed)


def on_utilisation_set(event: Event) -> None:
    """Keep where the rate curve stands."""
    RateCurve.objects.update_or_create(
        id=1,
        defaults={
            "reported_bps": event.args["reportedBps"],
            "curve_bps": event.args["curveBps"],
        },
    )


def on_round_published(event: Event) -> None:
    """A round starts the clock anew; the gap before it counts as stopped."""
    row, _ = OracleClock.objects.get_or_create(id=1)
    row.clock = row.clock.published(
        round_number=event.args["round"], at=event.block_time, ttl=oracle_parameters().ttl
    )
    row.save()


def on_round_voided(event: Event) -> None:
    """The round before is the newest again."""
    row, _ = OracleClock.objects.get_or_create(id=1)
    row.clock = row.clock.voided(at=event.block_time, ttl=oracle_parameters().ttl)
    row.save()


def on_protocol_paused(event: Event) -> None:
    """The guardian paused: clocks stand still until the pause ends or lapses."""
    row, _ = OracleClock.objects.get_or_create(id=1)
    row.clock = row.clock.paused(at=event.block_time, ttl=oracle_parameters().ttl)
    row.save()
    _end_pause(event.block_time)
    ProtocolPause.objects.create(begun_at=event.block_time, ends_at=event.args["until"])


def on_protocol_resumed(event: Event) -> None:
    """A pause was ended before it lapsed."""
    row, _ = OracleClock.objects.get_or_create(id=1)
    row.clock = row.clock.resumed(at=event.block_time, ttl=oracle_parameters().ttl)
    row.save()
    _end_pause(event.block_time)


def _end_pause(now: int) -> None:
    """End the pause that runs, if one does; one that began this moment stopped nothing."""
    ProtocolPause.objects.filter(begun_at=now).delete()
    ProtocolPause.objects.filter(ends_at__gt=now).update(ends_at=now)


def snake_case(name: str) -> str:
    """Return a contract's field name in our spelling."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


RISK_HANDLERS = {
    "ClassTermsSet": on_class_terms_set,
    "UtilisationSet": on_utilisation_set,
}
ORACLE_HANDLERS = {
    "RoundPublished": on_round_published,
    "RoundVoided": on_round_voided,
    "ProtocolPaused": on_protocol_paused,
    "ProtocolResumed": on_protocol_resumed,
}
