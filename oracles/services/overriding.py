"""Caps on values: one person proposes, another confirms, and the next round goes by it."""

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from collateral.models import Asset
from collateral.services.changes import note_change
from oracles.domain.errors import OracleError
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import Override, OverrideStatus, SourceKind
from oracles.models.overrides import LEAST_REASON, MOST_REASON
from oracles.services.observations import NewObservation, ensure_source, record_observations

DESK = "desk-overrides"


class OverrideRefused(OracleError):
    """A step of an override that may not be taken."""


def propose_override(
    *, asset_id: int, cap_units: int | None, reason: str, user: AbstractUser
) -> Override:
    """Propose a cap on an asset's value (ledger units), or with none that the cap is lifted.

    A cap only ever lowers a value: what is to count for more is said by a source.
    """
    asset = Asset.objects.get(pk=asset_id)
    text = " ".join(reason.split())
    if not LEAST_REASON <= len(text) <= MOST_REASON:
        raise OverrideRefused(
            "REASON_NEEDED",
            f"Give the reason in {LEAST_REASON} to {MOST_REASON} characters; it stays on record.",
        )
    most = CLASS_MODELS[asset.class_id].max_value_units
    if cap_units is not None and not 0 < cap_units <= most:
        raise OverrideRefused(
            "CAP_OUT_OF_RANGE", f"The cap is above zero and at most {most} (1e-6 USD)."
        )
    try:
        with transaction.atomic():
            return Override.objects.create(
                asset=asset,
                cap_units=most if cap_units is None else cap_units,
                lifts=cap_units is None,
                reason=text,
                proposed_by=user,
            )
    except IntegrityError as error:
        raise OverrideRefused(
            "OVERRIDE_OPEN", f"An override of {asset} is proposed already; decide that first."
        ) from error


def confirm_override(*, override_id: int, user: AbstractUser, now: int) -> Override:
    """Confirm what another person proposed; it counts from chain time ``now`` on."""
    with transaction.atomic():
        override = _open(override_id)
        if override.proposed_by_id == user.pk:
            raise OverrideRefused(
                "SECOND_PERSON_NEEDED",
                "You proposed this yourself; another person must confirm it.",
            )
        _decide(override, OverrideStatus.CONFIRMED, user)
        _record(override, now)
        what = "lifted the cap on its value" if override.lifts else "capped its value"
        note_change(
            asset_id=override.asset_id,
            kind="override",
            text=f"Two people {what}: {override.reason}",
        )
    return override


def decline_override(*, override_id: int, user: AbstractUser) -> Override:
    """Decline a proposal, or take back one's own."""
    with transaction.atomic():
        override = _open(override_id)
        _decide(override, OverrideStatus.DECLINED, user)
    return override


def _open(override_id: int) -> Override:
    override = (
        Override.objects.select_for_update(of=("self",)).select_related("asset").get(pk=override_id)
    )
    if override.status != OverrideStatus.PROPOSED:
        raise OverrideRefused(
            "OVERRIDE_CLOSED", f"This is {override.get_status_display().lower()} already."
        )
    return override


def _decide(override: Override, status: OverrideStatus, user: AbstractUser) -> None:
    override.status, override.decided_by, override.decided_at = status, user, timezone.now()
    override.save(update_fields=["status", "decided_by", "decided_at"])


def _record(override: Override, now: int) -> None:
    """Say it as an observation, which the next round takes in like any other."""
    ensure_source(slug=DESK, name="Overrides by two people", kind=SourceKind.DESK)
    said = NewObservation(
        source=DESK,
        kind=ObservationKind.CAP,
        value=override.cap_units,
        unit=Unit.USD,
        scale=LEDGER_DECIMALS,
        observed_at=now,
        asset_id=override.asset_id,
        override_id=override.pk,
    )
    for refusal in record_observations(observations=[said], now=now).refused:
        raise OverrideRefused(refusal.code, refusal.message)
