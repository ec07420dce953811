"""Whether verifiers may vouch, decided for many requests with few queries."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F

from collateral.domain.classes import Role
from collateral.domain.verification import (
    Parties,
    VerificationError,
    refuse_conflict,
    refuse_second_role,
    refuse_without_authority,
)
from collateral.models import (
    Attestation,
    RequestStatus,
    VerificationRequest,
    Verifier,
    VerifierInterest,
)
from collateral.models import VerifierAuthority as Authority


class Fitness:
    """Knows every grant, and who has signed already for the assets of some requests."""

    def __init__(self, requests: Sequence[VerificationRequest]) -> None:
        grants = Authority.objects.values_list("verifier_id", "class_id", "roles")
        self._roles = {(verifier, class_id): roles for verifier, class_id, roles in grants}
        self._signers: dict[int, set[str]] = defaultdict(set)
        assets = {one.asset_id for one in requests}
        self._tied: dict[int, set[str]] = defaultdict(set)
        for verifier_id, address in VerifierInterest.objects.values_list("verifier_id", "address"):
            self._tied[verifier_id].add(address)
        signed = Attestation.objects.filter(
            request__asset__in=assets,
            request__status=RequestStatus.ATTESTED,
            request__submission=F("request__asset__submission"),
            revoked=False,
        ).values_list("request__asset_id", "verifier__address")
        for asset_id, address in signed:
            self._signers[asset_id].add(address)

    def refuse(self, request: VerificationRequest, verifier: Verifier) -> None:
        """Refuse a verifier with a conflict, without authority, or in a second role."""
        asset = request.asset
        parties = Parties(owner=asset.owner_address, originator=asset.originator_address)
        for address in (verifier.address, *self._tied[verifier.pk]):
            refuse_conflict(verifier=address, parties=parties)
        refuse_without_authority(
            granted_roles=self._granted(request, verifier),
            role=Role(request.role),
            asset_class=asset.asset_class,
        )
        refuse_second_role(verifier=verifier.address, other_signers=self._signers[asset.pk])
        if request.status == RequestStatus.CLAIMED and request.claimed_by_id != verifier.pk:
            raise VerificationError(
                "REQUEST_TAKEN", f"This request is taken by {request.claimed_by}."
            )

    def is_admitted(self, request: VerificationRequest, verifier: Verifier | None) -> bool:
        """Return whether governance still grants the verifier the request's role."""
        return verifier is not None and bool(self._granted(request, verifier) & request.role)

    def _granted(self, request: VerificationRequest, verifier: Verifier) -> int:
        return self._roles.get((verifier.pk, request.asset.class_id), 0)

    def note(self, request: VerificationRequest, verifier: Verifier) -> None:
        """Remember a signature that is about to be kept."""
        self._signers[request.asset_id].add(verifier.address)
