"""Steps of a round that several tests take."""

from contracts.types import Event
from oracles import projections, selectors, services
from oracles.domain.rounds import recompute
from oracles.models import Round
from tests.unit.oracles.factories import NOW


def event(name, args, *, block_number=10, block_time=NOW):
    return Event(
        name=name,
        contract="ValuationOracle",
        address="0x" + "11" * 20,
        args=args,
        block_number=block_number,
        block_hash="0x" + "aa" * 32,
        tx_hash="0x" + "bb" * 32,
        log_index=0,
        block_time=block_time,
    )


def published(opened, *, at=None, root=None):
    at = at or opened.observed_at + 10
    projections.round_published(
        event(
            "RoundPublished",
            {
                "round": opened.number,
                "root": root or opened.root,
                "contentHash": root or opened.content_hash,
                "observedAt": opened.observed_at,
            },
            block_time=at,
        )
    )
    return Round.objects.get(pk=opened.pk)


def sign(opened, wallets):
    for wallet in wallets:
        result = recompute(selectors.snapshot(round=opened))
        message = services.round_message(round=opened)
        services.submit_round_signature(
            round=opened, signature=wallet.sign_typed_data(message), root=result.root
        )
