"""Signed terms come in, and go to the chain with the newest proofs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from contracts.wallet import recover
from lending.domain.errors import LendingRefused
from lending.models import RequestStatus, TermsRequest
from lending.parameters import oracle_parameters
from lending.selectors.rooms import LaneRoom, lane_rooms, needs, shortage
from lending.selectors.valuing import clock, lrt_oracle_id
from lending.services.attempts import next_key, refusal
from lending.services.quoting import check_terms, typed_terms
from lending.services.signed import is_address, read_number, read_numbers, signed_bytes
from oracles.selectors import proofs
from settlement.models import Batch, BatchStatus
from settlement.selectors import chain_time
from settlement.services import submit_call

MOST_ATTEMPTS = 3
# What another round, another close or an approval of the borrower's does not heal.
FINAL_REFUSALS = frozenset(
    {
        "AboveLtv",
        "BorrowerInShortfall",
        "ClassDisabled",
        "InvalidSignature",
        "InvalidTerms",
        "MaturityBeyondAttestation",
        "NonceUsed",
        "RateTooHigh",
        "Sanctioned",
        "TermsExpired",
    }
)
# Widths of the contract's fields; of those that we store, what a column holds.
BITS = {
    "lane": 31,
    "principal": 63,
    "limit": 63,
    "maxRateBps": 16,
    "schedule": 8,
    "instalments": 16,
    "interval": 32,
    "lrtAmount": 128,
    "nonce": 256,
    "deadline": 63,
}


def request_loan(*, terms: Mapping[str, Any], signature: bytes | str) -> TermsRequest:
    """Take a borrower's signed terms; the same terms again give the same request.

    `terms` has the fields of `LoanTerms`; numbers may be text, as a wallet's JSON has them.
    """
    plain = _plain(terms)
    known = TermsRequest.objects.filter(
        borrower=plain["borrower"], lane_number=plain["lane"], nonce=plain["nonce"]
    ).first()
    if known is not None:
        return _same(known, plain)
    raw = signed_bytes(signature)
    _check_signature(plain, raw)
    now = chain_time()
    check_terms(plain, now=now)
    _check_room(plain, now)
    request, _ = TermsRequest.objects.get_or_create(
        borrower=plain["borrower"],
        lane_number=plain["lane"],
        nonce=plain["nonce"],
        defaults={
            "principal": plain["principal"],
            "deadline": plain["deadline"],
            "terms": _jsonable(plain),
            "signature": "0x" + raw.hex(),
        },
    )
    return request


def _same(known: TermsRequest, plain: dict[str, Any]) -> TermsRequest:
    if known.terms == _jsonable(plain):
        return known
    raise LendingRefused(
        "nonce_used",
        f"Nonce {plain['nonce']} of this lane was signed for other terms. Ask for new terms.",
    )


def _check_signature(terms: dict[str, Any], signature: bytes) -> None:
    try:
        signer = recover(typed_terms(terms), signature)
    except ValueError as error:
        raise LendingRefused(
            "signature_malformed", "The signature cannot be read. Sign the terms again."
        ) from error
    if signer != terms["borrower"]:
        raise LendingRefused(
            "signature_wrong",
            f"The terms are {terms['borrower']}'s, but {signer} signed them.",
        )


def _check_room(terms: dict[str, Any], now: int) -> None:
    """Refuse terms whose lane has no room left: others may have taken it since they were made."""
    rooms = lane_rooms()
    if terms["lane"] not in rooms:
        raise LendingRefused(
            "lane_unknown", f"There is no lane {terms['lane']}. Ask for new terms."
        )
    short = shortage(needs([terms])[0], [rooms[terms["lane"]]], now)
    if short is not None:
        raise short


def send_requests() -> int:
    """Send waiting requests on their lane with newest-round proofs; return how many were sent.

    One whose lane has no room now keeps waiting, with the reason: each close makes room anew.
    """
    now, times = chain_time(), clock()
    pending = TermsRequest.objects.filter(status__in=[RequestStatus.WAITING, RequestStatus.SENT])
    requests = list(pending.order_by("id"))
    waiting = [request for request in requests if request.status == RequestStatus.WAITING]
    waiting += _failed([request for request in requests if request.status == RequestStatus.SENT])
    if times.is_silent(now, ttl=oracle_parameters().ttl):
        return 0
    rooms = lane_rooms(asked=[RequestStatus.SENT])
    return sum(_advance(request, now, times.newest, rooms) for request in waiting)


def _failed(sent: Sequence[TermsRequest]) -> list[TermsRequest]:
    """Return the sent requests whose call ended without effect and may be sent again."""
    lost = Batch.objects.filter(
        client_key__in=[request.client_key for request in sent],
        status__in=(BatchStatus.REVERTED, BatchStatus.DEAD),
    )
    by_key = {batch.client_key: batch for batch in lost}
    failed = [request for request in sent if request.client_key in by_key]
    for request in failed:
        _note_failure(request, by_key[request.client_key])
    return [request for request in failed if request.status == RequestStatus.WAITING]


def _note_failure(request: TermsRequest, batch: Batch) -> None:
    final = refusal(batch) in FINAL_REFUSALS
    _set(request, RequestStatus.REFUSED if final else RequestStatus.WAITING, batch.error)


def _advance(request: TermsRequest, now: int, newest: int, rooms: Mapping[int, LaneRoom]) -> bool:
    """Send a request, unless its terms ran out, its lane has no room, or it was tried often enough
    this round.
    """
    if now > request.deadline:
        _set(request, RequestStatus.REFUSED, "The signed terms ran out before they could be used.")
        return False
    need, room = needs([request.terms])[0], rooms[request.lane_number]
    short = shortage(need, [room], now)
    if short is not None:
        _set(request, RequestStatus.WAITING, short.sentence)
        return False
    key = next_key(f"open:{request.pk}:{newest}", most=MOST_ATTEMPTS)
    if key is None:
        return False
    room.take(need)
    return _send(request, key, newest)


def _send(request: TermsRequest, key: str, round_number: int) -> bool:
    terms = stored_terms(request)
    ids = list(terms["assets"])
    if terms["lrtAmount"]:
        ids.append(lrt_oracle_id(terms["lrt"]))
    with transaction.atomic():
        submit_call(
            client_key=key,
            kind="open",
            contract="LoanBook",
            function="open",
            args=[
                terms,
                request.signature,
                proofs(asset_ids=ids, round_number=round_number),
            ],
            lane=request.lane_number,
        )
        request.client_key, request.attempts = key, request.attempts + 1
        _set(request, RequestStatus.SENT, "")
    return True


def _set(request: TermsRequest, status: RequestStatus, reason: str) -> None:
    """Change a request unless the chain has opened its loan in the meantime."""
    request.status, request.reason = status, reason[:400]
    TermsRequest.objects.filter(pk=request.pk).exclude(status=RequestStatus.OPENED).update(
        status=status,
        reason=request.reason,
        client_key=request.client_key,
        attempts=request.attempts,
    )


def stored_terms(request: TermsRequest) -> dict[str, Any]:
    """Return the signed terms with numbers as numbers."""
    return _plain(request.terms)


def _plain(terms: Mapping[str, Any]) -> dict[str, Any]:
    numbers, assets = read_numbers(terms, BITS), terms.get("assets")
    texts = {name: str(terms.get(name, "")) for name in ("borrower", "lrt")}
    if not isinstance(assets, list | tuple) or not all(map(is_address, texts.values())):
        raise LendingRefused(
            "terms_malformed",
            "assets is a list of token ids; borrower and lrt are addresses: 0x and 40 digits.",
        )
    return numbers | texts | {"assets": [read_number(one, "assets", 256) for one in assets]}


def _jsonable(terms: dict[str, Any]) -> dict[str, Any]:
    """Return terms as JSON keeps them: large numbers as text."""
    return terms | {
        "assets": [str(token_id) for token_id in terms["assets"]],
        "lrtAmount": str(terms["lrtAmount"]),
        "nonce": str(terms["nonce"]),
    }
