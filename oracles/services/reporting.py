"""What one reporter does with an open round: recompute it, and sign only what it found itself."""

from typing import Protocol

from django.db import transaction

from contracts.typed_data import TypedData
from oracles.chain import OracleTerms, oracle_terms
from oracles.documents import hash_text
from oracles.domain.differences import differing
from oracles.domain.errors import RoundRefused
from oracles.domain.published import read_leaves
from oracles.domain.rounds import RoundResult, recompute
from oracles.domain.snapshot import write_snapshot
from oracles.models import Reporter, Round, RoundDissent, RoundSignature, RoundStatus, SignedRound
from oracles.selectors.rounds import leaves, snapshot
from oracles.services.gathering import gather
from oracles.services.publishing import round_message, submit_round_signature

MOST_DIFFERENCES = 100


class Wallet(Protocol):
    """The key of a reporter."""

    address: str

    def sign_typed_data(self, typed_data: TypedData) -> bytes: ...


def report(*, round: Round, wallet: Wallet, own_inputs: bool = False) -> RoundSignature:
    """Recompute a round and sign it where every bit agrees; else record the dissent and refuse.

    With ``own_inputs`` the reporter gathers the inputs from its own database as well, instead of
    only checking what follows from those that were handed out.
    """
    reporter = Reporter.objects.filter(address__iexact=wallet.address, active=True).first()
    if reporter is None:
        raise RoundRefused("NOT_A_REPORTER", f"{wallet.address} is no active reporter.")
    result = recompute(_own_snapshot(round) if own_inputs else snapshot(round=round))
    if not _agrees(result, round):
        _dissent(result, round=round, reporter=reporter)
    _write_down(result, round=round, wallet=wallet, terms=oracle_terms())
    signature = wallet.sign_typed_data(round_message(round=round))
    return submit_round_signature(round=round, signature=signature, root=result.root)


def _own_snapshot(round: Round) -> bytes:
    subjects = gather(terms=oracle_terms(), number=round.number, observed_at=round.observed_at)
    return write_snapshot(subjects.snapshot)


def _agrees(result: RoundResult, round: Round) -> bool:
    """Return whether all that the signature binds is what this reporter computed."""
    own = (result.domain.number, result.observed_at, result.root, result.content_hash)
    said = (round.number, round.observed_at, _bytes(round.root), _bytes(round.content_hash))
    return own == said


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _dissent(result: RoundResult, *, round: Round, reporter: Reporter) -> None:
    """Record what differs, for people to look at, and refuse to sign."""
    count, first = differing(
        result.values.leaf_rows(), read_leaves(leaves(round=round)).rows, most=MOST_DIFFERENCES
    )
    same_inputs = hash_text(result.snapshot_hash) == round.snapshot_hash
    code = "ROOT_MISMATCH" if same_inputs else "INPUTS_DIFFER"
    RoundDissent.objects.update_or_create(
        round=round,
        reporter=reporter,
        defaults={
            "code": code,
            "root": hash_text(result.root),
            "snapshot_hash": hash_text(result.snapshot_hash),
            "count": count,
            "differences": [
                {"asset": str(one.asset_id), "ours": one.ours, "theirs": one.theirs}
                for one in first
            ],
        },
    )
    raise RoundRefused(
        code,
        f"{round} is not signed: computed here, {count} leaves differ from it, and the root is "
        f"{hash_text(result.root)}. The admin's page of the round lists them.",
    )


def _write_down(result: RoundResult, *, round: Round, wallet: Wallet, terms: OracleTerms) -> None:
    """Keep what is about to be signed; a second root that could pass as well is never signed."""
    number, root = result.domain.number, hash_text(result.root)
    with transaction.atomic():
        # Whoever replaces the round holds its row too, and then sees what is written here.
        if Round.objects.select_for_update().get(pk=round.pk).status != RoundStatus.SIGNING:
            raise RoundRefused("ROUND_NOT_SIGNING", f"{round} no longer takes signatures.")
        own = SignedRound.objects.filter(
            address=wallet.address, oracle=terms.address, chain_id=terms.chain_id, number=number
        )
        conflicting = own.filter(
            observed_at__gte=result.observed_at - terms.ttl_s,
            observed_at__lte=result.observed_at + terms.ttl_s,
        ).exclude(root=root, content_hash=hash_text(result.content_hash))
        if other := conflicting.first():
            raise RoundRefused(
                "ALREADY_SIGNED",
                f"{wallet.address} has signed round {number} with root {other.root}. Two "
                "signatures of one round cost the bond, so it signs no other.",
            )
        SignedRound.objects.get_or_create(
            address=wallet.address,
            oracle=terms.address,
            chain_id=terms.chain_id,
            number=number,
            observed_at=result.observed_at,
            defaults={"root": root, "content_hash": hash_text(result.content_hash)},
        )
