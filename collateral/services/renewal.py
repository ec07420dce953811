"""Attestations that run out: found in time, told, renewed by a fresh quorum."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from collateral.domain.display import moment
from collateral.errors import RegistrationError
from collateral.models import (
    Asset,
    AssetChange,
    AssetStatus,
    RenewalStatus,
    VerifierExposure,
)
from collateral.services.changes import note_change, note_changes
from collateral.services.minting import mint_requests
from collateral.services.signing import mark_verified
from collateral.services.verification import hand_over
from settlement.selectors import batch_outcome, chain_time
from settlement.services import submit_call

RENEWAL_LEAD_S = 60 * 86_400
WARNING_LEAD_S = 30 * 86_400
WEEK_S = 7 * 86_400
_LIVING = (AssetStatus.MINTED, AssetStatus.PLEDGED)
_LOST = ("reverted", "dead")
_LIMIT = 500

LoanOf = Callable[[int], tuple[int, Sequence[bytes]]]


def begin_renewal(*, asset_id: int) -> Asset:
    """Ask the verifiers to vouch anew for a living token, on the evidence as it is now.

    What they signed for a renewal that the ledger refused is sent again where it still holds.
    """
    now = chain_time()
    with transaction.atomic():
        asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        if asset.status not in _LIVING or asset.renewal != RenewalStatus.NONE:
            raise RegistrationError(
                "RENEWAL_NOT_NOW",
                f"{asset} is {asset.get_status_display().lower()}"
                f"{', its renewal under way' if asset.renewal else ''}; only a living token "
                "without one is renewed.",
            )
        opens_at = (asset.valid_until or 0) - RENEWAL_LEAD_S
        if now < opens_at:
            raise RegistrationError(
                "RENEWAL_EARLY",
                f"Its attestations hold until {moment(asset.valid_until or 0)}; a renewal can "
                f"begin on {moment(opens_at)}.",
            )
        hand_over([asset])
        asset.renewal = RenewalStatus.SUBMITTED
        asset.save(update_fields=["renewal"])
        # With nothing left to sign nobody would ever look at it again.
        mark_verified({asset.pk})
        asset.refresh_from_db(fields=["renewal"])
    return asset


def warn_of_expiry() -> int:
    """Tell owners, once each, of attestations that run out soon or have; return how many."""
    now = chain_time()
    soon = Q(valid_until__gt=now, valid_until__lt=now + WARNING_LEAD_S)
    return _warn("expiring", soon) + _warn("expired", Q(valid_until__lte=now))


def _warn(kind: str, when: Q) -> int:
    living = Asset.objects.filter(when, status__in=_LIVING, renewal=RenewalStatus.NONE)
    key = Concat(Value(f"{kind}:"), Cast("valid_until", CharField()))
    told = AssetChange.objects.filter(asset=OuterRef("pk"), key=OuterRef("warning"))
    # What was told is left out before the limit, so that it never hides what was not.
    untold = list(living.annotate(warning=key).filter(~Exists(told)).order_by("pk")[:_LIMIT])
    note_changes(
        AssetChange(asset=one, kind=kind, key=one.warning, text=_warning(one, kind))
        for one in untold
    )
    return len(untold)


def _warning(asset: Asset, kind: str) -> str:
    until = moment(asset.valid_until or 0)
    if kind == "expired":
        return (
            f"Nobody vouches for it since {until}. Nothing new can be borrowed on it until "
            "verifiers have seen it again; a loan is not called for that."
        )
    return f"Its attestations run out on {until}. Ask for a renewal in time."


def queue_renewals(*, loan_of: LoanOf) -> int:
    """Write the transactions of renewals that every role has signed; return how many.

    ``loan_of`` tells which loan holds a token, with its card; 0 and no card when its owner does.
    """
    _return_lost()
    ready = Asset.objects.filter(renewal=RenewalStatus.VERIFIED).order_by("pk")
    return sum(_queue(pk, loan_of) for pk in ready.values_list("pk", flat=True)[:_LIMIT])


def _queue(asset_id: int, loan_of: LoanOf) -> int:
    with transaction.atomic():
        asset = (
            Asset.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("owner")
            .filter(pk=asset_id, renewal=RenewalStatus.VERIFIED)
            .first()
        )
        if asset is None:
            return 0
        loan_id, card = loan_of(asset.token_id)
        asset.mint_key = f"reattest:{asset.anchor[2:]}:{asset.submission}"
        submit_call(
            client_key=asset.mint_key,
            kind="reattest",
            contract="AssetRegistry",
            function="reattest",
            args=[mint_requests([asset])[0], loan_id, list(card)],
        )
        asset.renewal = RenewalStatus.SENDING
        asset.save(update_fields=["renewal", "mint_key"])
    return 1


def _return_lost() -> None:
    """Give a renewal that the ledger refused back to its owner, who sees why and may ask again."""
    sending = Asset.objects.filter(renewal=RenewalStatus.SENDING)
    for asset in sending.order_by("pk")[:_LIMIT]:
        if batch_outcome(asset.mint_key) in _LOST:
            Asset.objects.filter(pk=asset.pk).update(renewal=RenewalStatus.NONE)
            note_change(
                asset_id=asset.pk,
                kind="renewal",
                text="The ledger refused the renewal; the former attestations stand.",
                key=f"refused:{asset.mint_key}"[:100],
            )


def release_exposures() -> int:
    """Free what attestations committed of bonds until weeks that are over; return how many."""
    last_week = (chain_time() - 1) // WEEK_S
    over = VerifierExposure.objects.filter(week__lte=last_week, committed_units__gt=0)
    rows = list(over.select_related("verifier").order_by("week", "pk")[:_LIMIT])
    for row in rows:
        submit_call(
            client_key=f"release:{row.verifier.address}:{row.week}:{row.committed_units}",
            kind="release_exposure",
            contract="VerifierRegistry",
            function="releaseExposure",
            args=[row.verifier.address, row.week],
        )
    return len(rows)
