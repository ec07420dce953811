"""Caps on values: one person proposes, another confirms, and the next round goes by it."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from collateral.models import Asset
from collateral.services import joint
from collateral.services.changes import note_change
from oracles.domain.errors import OracleError
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import Override, SourceKind
from oracles.services.observations import NewObservation, ensure_source, record_observations

DESK = "desk-overrides"


class OverrideRefused(OracleError):
    """A cap that may not be set."""


def propose_override(
    *, asset_id: int, cap_units: int | None, reason: str, user: AbstractUser
) -> Override:
    """Propose a cap on an asset's value (ledger units), or with none that the cap is lifted.

    A cap only ever lowers a value: what is to count for more is said by a source.
    """
    asset = Asset.objects.get(pk=asset_id)
    most = CLASS_MODELS[asset.class_id].max_value_units
    if cap_units is not None and not 0 < cap_units <= most:
        raise OverrideRefused(
            "CAP_OUT_OF_RANGE", f"The cap is above zero and at most {most} (1e-6 USD)."
        )
    return joint.propose(
        model=Override,
        reason=reason,
        user=user,
        asset=asset,
        cap_units=most if cap_units is None else cap_units,
        lifts=cap_units is None,
    )


def confirm_override(*, override_id: int, user: AbstractUser, now: int) -> Override:
    """Confirm what another person proposed; it counts from chain time ``now`` on."""
    with transaction.atomic():
        override = joint.confirm(model=Override, pk=override_id, user=user, related=("asset",))
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
    return joint.decline(model=Override, pk=override_id, user=user)


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
