"""The price of a token or currency by an aggregator on the chain."""

from collections.abc import Iterable
from dataclasses import asdict
from json import loads

from contracts.aggregators import read_aggregator
from contracts.errors import ChainError
from oracles.domain.aggregators import AggregatorTerms, refuse_down, refuse_round
from oracles.domain.canonical import canonical_json
from oracles.domain.errors import ObservationRefused
from oracles.models import SourceFeed
from oracles.sources.adapters.base import Asking, text_term, whole_term
from oracles.sources.errors import SourceFailed
from oracles.sources.statements import NewObservation

_HEARTBEAT_S = 86_400
_SEQUENCER_GRACE_S = 3_600


class Aggregator:
    """Its terms: ``address``, ``of`` (token or currency), ``kind``, ``unit``, ``decimals``,
    ``heartbeat_s``, and where the chain has one ``sequencer`` with ``sequencer_grace_s``.

    ``min_answer`` and ``max_answer`` narrow the aggregator's own bounds.
    """

    def check(self, feed: SourceFeed) -> None:
        _terms(feed)
        for name in ("address", "of", "kind", "unit"):
            text_term(feed, name)

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        """Return the newest round with the block that it was read at, if it may count."""
        terms = _terms(feed)
        try:
            chain = asking.chain()
            told = read_aggregator(chain, text_term(feed, "address"))
            if sequencer := text_term(feed, "sequencer", ""):
                grace_s = whole_term(feed, "sequencer_grace_s", _SEQUENCER_GRACE_S)
                refuse_down(read_aggregator(chain, sequencer), grace_s=grace_s, now=asking.now)
            refuse_round(told, terms=terms, now=asking.now)
        except ChainError as error:
            raise SourceFailed("UNREACHABLE", str(error)) from None
        except ObservationRefused as refusal:
            raise SourceFailed(refusal.code, str(refusal)) from None
        return canonical_json({"chain": chain.chain_id(), **asdict(told)})

    def read(self, feed: SourceFeed, document: bytes, now: int) -> Iterable[NewObservation]:
        told = loads(document)
        yield NewObservation(
            source=feed.source.slug,
            kind=text_term(feed, "kind"),
            value=told["answer"],
            unit=text_term(feed, "unit"),
            scale=told["decimals"],
            observed_at=told["updated_at"],
            token=text_term(feed, "of"),
            raw=document,
        )


def _terms(feed: SourceFeed) -> AggregatorTerms:
    bounds = {name: feed.terms.get(name) for name in ("min_answer", "max_answer")}
    return AggregatorTerms(
        decimals=whole_term(feed, "decimals"),
        heartbeat_s=whole_term(feed, "heartbeat_s", _HEARTBEAT_S),
        **{
            name: None if given is None else whole_term(feed, name)
            for name, given in bounds.items()
        },
    )
