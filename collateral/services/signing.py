"""What verifiers sign: the message built, the signature checked, the attestation kept."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from collateral.domain.addresses import ZERO_ADDRESS
from collateral.domain.classes import Role
from collateral.domain.verification import (
    MAX_VALUE_UNITS,
    VerificationError,
    is_complete,
    refuse_validity,
    refuse_value,
    roles_needed,
    valid_until,
)
from collateral.models import (
    WAITING,
    Asset,
    AssetAnchor,
    AssetChange,
    AssetStatus,
    Attestation,
    RenewalStatus,
    RequestStatus,
    VerificationRequest,
    Verifier,
)
from collateral.services.changes import note_changes
from collateral.services.evidence import refuse_changed_evidence
from collateral.services.fitness import Fitness
from collateral.services.registration import BATCH_SIZE, SALT_BYTES, hex_of
from collateral.services.verification import confirm_points
from contracts import typed_data
from contracts.deployment_record import Deployment, load
from contracts.wallet import SignatureInvalid, recover
from settlement.selectors import chain_time

_VALUE_WORD, _OBSERVED_WORD, _EXPIRY_WORD = 7, 8, 9
_WORD = 32
# What EAS 1.9.0 puts into its domain, where a deployment does not say otherwise.
EAS_VERSION = "1.4.0"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one verifier says of one asset in one role; value in ledger units, times in seconds."""

    request_id: int
    verifier: Verifier
    value_units: int
    time: int
    observed_at: int
    valid_until: int
    salt: bytes
    typed_data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SignedStatement:
    """A statement with the 65-byte signature of its verifier's wallet."""

    statement: Statement
    signature: bytes


def attestation_message(
    *, request_id: int, verifier: Verifier, value_units: int = 0, observed_at: int | None = None
) -> dict[str, Any]:
    """Return the EIP-712 message for the verifier's wallet, as JSON can hold it."""
    made = attestation_messages(
        values={request_id: value_units}, verifier=verifier, observed_at=observed_at
    )
    return typed_data.for_wallet(dict(made[0].typed_data))


def attestation_messages(
    *, values: Mapping[int, int], verifier: Verifier, observed_at: int | None = None
) -> list[Statement]:
    """Return a statement for each request; ``values`` maps its id to the attested value.

    Values are ledger units (1e-6 USD); ``observed_at`` is the time of the newest block by default.
    """
    now = chain_time()
    seen_at = now if observed_at is None else observed_at
    loaded = _load(list(values))
    fitness = Fitness(loaded)
    statements = []
    for request in loaded:
        fitness.refuse(request, verifier)
        value = values[request.pk]
        until = valid_until(observed_at=seen_at, asset_class=request.asset.asset_class)
        _check(request, value, seen_at, until, now)
        statements.append(
            _statement(request, verifier, value, (now, seen_at, until), secrets.token_bytes(32))
        )
    return statements


def submit_attestation(
    *,
    request_id: int,
    message: Mapping[str, Any],
    signature: str,
    checklist: Collection[str] = (),
) -> Attestation:
    """Keep a signed attestation; the signer is whoever the signature names.

    The message is rebuilt from our own records and must be the one that was signed. ``checklist``
    holds the points, in their words, that the verifier confirms beside those confirmed already.
    """
    request = _load([request_id])[0]
    given = message.get("message", message)
    if not isinstance(given, Mapping):
        raise VerificationError("MESSAGE_FORMAT", "The message is no object with data and salt.")
    raw_signature = _hex_bytes(signature, "signature")
    data = _hex_bytes(given.get("data", ""), "data")
    if len(data) < (_EXPIRY_WORD + 1) * _WORD:
        raise VerificationError("MESSAGE_FORMAT", "The message holds no attestation data.")
    value, seen_at, until = (
        _storable(int.from_bytes(data[place * _WORD : (place + 1) * _WORD], "big"))
        for place in (_VALUE_WORD, _OBSERVED_WORD, _EXPIRY_WORD)
    )
    salt = _hex_bytes(given.get("salt", ""), "salt")
    times = (_seconds(given.get("time")), seen_at, until)
    rebuilt = _typed_data(request, value, times, salt)
    if typed_data.bytes_of(rebuilt["message"]["data"]) != data:
        raise VerificationError(
            "EVIDENCE_MISMATCH",
            "The message does not describe this asset and its evidence as recorded; open the "
            "request again and sign the message shown there.",
        )
    _refuse_other_chain(message, rebuilt)
    verifier = _signer(rebuilt, raw_signature)
    if request.status in WAITING:
        refuse_changed_evidence(asset=request.asset, submission=request.submission)
    statement = _statement(request, verifier, value, times, salt)
    with transaction.atomic():
        submit_attestations(signed=[SignedStatement(statement=statement, signature=raw_signature)])
        confirm_points(request=request, words=checklist)
    return Attestation.objects.get(request_id=request_id)


def submit_attestations(*, signed: Sequence[SignedStatement]) -> int:
    """Keep many signed statements at once, all or none; return how many were new."""
    now = chain_time()
    with transaction.atomic():
        by_request = {one.statement.request_id: one for one in signed}
        requests = _load(list(by_request), lock=True)
        waiting = [one for one in requests if one.status != RequestStatus.ATTESTED]
        _refuse_second([one for one in requests if one not in waiting], by_request)
        fitness = Fitness(waiting)
        rows = [_attested(one, by_request[one.pk], fitness, now) for one in waiting]
        Attestation.objects.bulk_create(rows, batch_size=BATCH_SIZE)
        _close(waiting)
        mark_verified({one.asset_id for one in waiting})
    return len(rows)


def _refuse_other_chain(given: Mapping[str, Any], rebuilt: Mapping[str, Any]) -> None:
    """Say so when the message was made for another chain or list of attestations."""
    domain, own = given.get("domain"), rebuilt["domain"]
    if not isinstance(domain, Mapping):
        return
    chain, contract = str(domain.get("chainId")), str(domain.get("verifyingContract"))
    if (chain, contract.lower()) != (str(own["chainId"]), str(own["verifyingContract"]).lower()):
        raise VerificationError(
            "WRONG_CHAIN",
            f"The message is for chain {chain} and contract {contract}; this is chain "
            f"{own['chainId']}. Prepare it here and sign that.",
        )


def _refuse_second(
    attested: Sequence[VerificationRequest], signed: Mapping[int, SignedStatement]
) -> None:
    """Refuse another statement where one is kept; the same one again changes nothing."""
    kept = Attestation.objects.filter(request__in=attested).values_list("request_id", "salt")
    for request_id, salt in kept:
        if hex_of(signed[request_id].statement.salt) != salt:
            raise VerificationError(
                "ATTESTED_ALREADY",
                "This request is attested already; one role is attested once. A renewal asks anew.",
            )


def _close(requests: Sequence[VerificationRequest]) -> None:
    """Write that the requests are attested: one statement for each verifier."""
    by_verifier: dict[int | None, list[int]] = defaultdict(list)
    for request in requests:
        by_verifier[request.claimed_by_id].append(request.pk)
    for verifier_id, keys in by_verifier.items():
        VerificationRequest.objects.filter(pk__in=keys).update(
            status=RequestStatus.ATTESTED, claimed_by=verifier_id, decided_at=timezone.now()
        )
    note_changes(
        AssetChange(
            asset_id=one.asset_id,
            kind="attested",
            text=f"{one.claimed_by} vouches for the {Role(one.role).label}.",
        )
        for one in requests
    )


def _attested(
    request: VerificationRequest, signed: SignedStatement, fitness: Fitness, now: int
) -> Attestation:
    """Return the unsaved attestation, with its request marked as attested."""
    said = signed.statement
    if request.status not in WAITING:
        raise VerificationError(
            "REQUEST_CLOSED",
            f"{request} is {request.get_status_display().lower()}; it cannot be signed. Look for "
            "the newest request of the asset.",
        )
    _check(request, said.value_units, said.observed_at, said.valid_until, now)
    times = (said.time, said.observed_at, said.valid_until)
    rebuilt = _typed_data(request, said.value_units, times, said.salt)
    signer = recovered_address(rebuilt, signed.signature)
    if signer != said.verifier.address:
        raise VerificationError(
            "INVALID_SIGNER",
            f"The signature is by {signer}, not by {said.verifier.address}; sign with the wallet "
            "of the verifier.",
        )
    fitness.refuse(request, said.verifier)
    fitness.note(request, said.verifier)
    request.status, request.claimed_by = RequestStatus.ATTESTED, said.verifier
    return Attestation(
        request=request,
        verifier=said.verifier,
        message=typed_data.for_wallet(rebuilt),
        uid=hex_of(typed_data.attestation_uid(rebuilt)),
        signature=hex_of(signed.signature),
        salt=hex_of(said.salt),
        value_units=said.value_units,
        signed_at=said.time,
        observed_at=said.observed_at,
        valid_until=said.valid_until,
    )


def recovered_address(message: Mapping[str, Any], signature: bytes) -> str:
    """Return who signed, refusing what no key can have signed."""
    try:
        return recover(dict(message), signature)
    except SignatureInvalid as error:
        raise VerificationError("INVALID_SIGNATURE", str(error)) from error


def _signer(message: Mapping[str, Any], signature: bytes) -> Verifier:
    address = recovered_address(message, signature)
    verifier = Verifier.objects.filter(address=address).first()
    if verifier is None:
        raise VerificationError(
            "INVALID_SIGNER",
            f"The signature is by {address}, which is no admitted verifier.",
        )
    return verifier


def _check(
    request: VerificationRequest, value_units: int, observed_at: int, until: int, now: int
) -> None:
    refuse_value(value_units=value_units, role=Role(request.role))
    refuse_validity(
        observed_at=observed_at, until=until, now=now, asset_class=request.asset.asset_class
    )


def _load(request_ids: Sequence[int], *, lock: bool = False) -> list[VerificationRequest]:
    found = VerificationRequest.objects.filter(pk__in=request_ids).select_related("asset__owner")
    if lock:
        found = found.select_for_update(of=("self",))
    requests = list(found.prefetch_related("asset__anchors").order_by("pk"))
    if len(requests) != len(set(request_ids)):
        raise VerificationError("REQUEST_UNKNOWN", "One of the requests does not exist any more.")
    return requests


def _statement(
    request: VerificationRequest,
    verifier: Verifier,
    value_units: int,
    times: tuple[int, int, int],
    salt: bytes,
) -> Statement:
    time, observed_at, until = times
    return Statement(
        request_id=request.pk,
        verifier=verifier,
        value_units=value_units,
        time=time,
        observed_at=observed_at,
        valid_until=until,
        salt=salt,
        typed_data=_typed_data(request, value_units, times, salt),
    )


def _typed_data(
    request: VerificationRequest, value_units: int, times: tuple[int, int, int], salt: bytes
) -> dict[str, Any]:
    if len(salt) != SALT_BYTES:
        raise VerificationError("MESSAGE_FORMAT", f"The salt has {SALT_BYTES} bytes.")
    asset, deployment = request.asset, load()
    time, observed_at, until = times
    return typed_data.attestation(
        chain_id=deployment.chain_id,
        eas=deployment.address("EAS"),
        eas_version=eas_version(deployment),
        registry=deployment.address("AssetRegistry"),
        owner=asset.owner_address,
        class_id=asset.class_id,
        role=request.role,
        anchors=[bytes.fromhex(text[2:]) for text in anchor_texts(asset.anchors.all())],
        identity_commitment=bytes.fromhex(asset.identity_commitment[2:]),
        evidence_root=bytes.fromhex(request.evidence_root[2:]),
        value_units=value_units,
        time=time,
        observed_at=observed_at,
        valid_until=until,
        salt=salt,
        originator=asset.originator_address or ZERO_ADDRESS,
    )


def eas_version(deployment: Deployment) -> str:
    """Return the version that the EAS contract puts into its signing domain."""
    return str(deployment.parameters.get("eas_version", EAS_VERSION))


def anchor_texts(anchors: Sequence[AssetAnchor]) -> list[str]:
    """Return an asset's anchors in their order, the token id first."""
    return [one.anchor for one in sorted(anchors, key=lambda anchor: anchor.position)]


def mark_verified(asset_ids: set[int]) -> None:
    """Mark the assets for which every role has now been attested by a verifier of its own."""
    signed: dict[int, dict[Role, str]] = defaultdict(dict)
    kept = Attestation.objects.filter(
        request__asset__in=asset_ids,
        request__status=RequestStatus.ATTESTED,
        request__submission=F("request__asset__submission"),
        revoked=False,
    ).values_list("request__asset_id", "request__role", "verifier__address")
    for asset_id, role, address in kept:
        signed[asset_id][Role(role)] = address
    under_way = Q(status=AssetStatus.SUBMITTED) | Q(renewal=RenewalStatus.SUBMITTED)
    complete = [
        asset.pk
        for asset in Asset.objects.filter(under_way, pk__in=asset_ids)
        if is_complete(
            needed=roles_needed(asset_class=asset.asset_class, flags=asset.flags),
            attested=signed[asset.pk],
        )
    ]
    done = Asset.objects.filter(pk__in=complete)
    done.filter(renewal=RenewalStatus.SUBMITTED).update(renewal=RenewalStatus.VERIFIED)
    done.filter(status=AssetStatus.SUBMITTED).update(status=AssetStatus.VERIFIED)


def _hex_bytes(text: Any, name: str) -> bytes:
    try:
        return bytes.fromhex(str(text).removeprefix("0x"))
    except ValueError as error:
        raise VerificationError("MESSAGE_FORMAT", f"The {name} is not hexadecimal.") from error


def _seconds(value: Any) -> int:
    try:
        seconds = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise VerificationError("MESSAGE_FORMAT", "The message holds no time.") from error
    return _storable(seconds)


def _storable(number: int) -> int:
    """Return a value or time of a message unless it is beyond whatever anybody can attest."""
    if not 0 <= number <= MAX_VALUE_UNITS:
        raise VerificationError(
            "MESSAGE_FORMAT", f"A number of the message is outside 0 to {MAX_VALUE_UNITS}."
        )
    return number
