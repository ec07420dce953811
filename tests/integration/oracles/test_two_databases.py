"""Reporters on different machines: equal observations give equal bytes, whatever lies beneath."""

import hashlib
import random

import pytest

from collateral.models import Asset
from oracles.chain import oracle_terms
from oracles.documents import read_document
from oracles.domain import rounds
from oracles.domain.rounds import recompute
from oracles.domain.snapshot import write_snapshot
from oracles.models import Observation, Source, SourceKind
from oracles.selectors import last_move
from oracles.services import NewObservation, ensure_source, open_round, record_observations
from oracles.services.gathering import gather
from tests.integration.oracles.steps import published
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")
SOURCES = ("zeta", "alpha", "under_score", "under-line")
TOKEN = "0x" + "22" * 20


def build(make_asset, order):
    """Write the same world in an order of its own: other row ids, other numbers of sources."""
    draw = random.Random(order)
    for slug in draw.sample([*SOURCES, f"silent-{order}"], len(SOURCES) + 1):
        ensure_source(slug=slug, name=slug, kind=SourceKind.MARKETPLACE)
    rows = {}
    for number in draw.sample(range(12), 12):
        anchor = hashlib.sha256(str(number).encode()).digest()
        rows[number] = make_asset(
            1 + number,
            anchor="0x" + anchor.hex(),
            token_id=int.from_bytes(anchor, "big"),
            canonical=str(number),
        )
    said = [one for number, asset in rows.items() for one in said_of(asset, number)]
    said += [*quotes("zeta"), *quotes("alpha")]
    draw.shuffle(said)
    report = record_observations(observations=said, now=NOW)
    assert not report.refused


def said_of(asset, number):
    for place, slug in enumerate(SOURCES):
        for kind in ("appraisal", "comparable"):
            yield NewObservation(
                source=slug,
                asset_id=asset.pk,
                kind=kind,
                value=(1_000 + number * 10 + place) * USD,
                unit="usd",
                scale=6,
                observed_at=NOW - 100 - place,
            )


def quotes(slug):
    told = (
        ("nav", 105 * 10**16, "eth", 18),
        ("market", 3_150 * USD, "usd", 6),
        ("index", 3_000 * USD, "usd", 6),
    )
    for kind, value, unit, scale in told:
        yield NewObservation(
            source=slug,
            token=TOKEN,
            kind=kind,
            value=value,
            unit=unit,
            scale=scale,
            observed_at=NOW - 100,
        )


def gathered():
    subjects = gather(terms=oracle_terms(), number=1, observed_at=NOW)
    return write_snapshot(subjects.snapshot)


def forget():
    for model in (Observation, Asset, Source):
        model.objects.all().delete()


@pytest.mark.parametrize("other", [2, 3, 4])
def test_two_databases_give_the_same_inputs_and_the_same_root(make_asset, other):
    build(make_asset, 1)
    first = gathered()
    forget()
    build(make_asset, other)

    second = gathered()

    assert second == first
    assert recompute(second).root == recompute(first).root


def test_a_machine_with_compiled_code_and_one_without_give_the_same_root(make_asset, monkeypatch):
    build(make_asset, 1)
    content = gathered()
    slow = recompute(content)
    monkeypatch.setattr(rounds, "BULK_FROM", 0)

    fast = recompute(content)

    assert fast == slow


def test_the_last_values_are_taken_from_the_published_leaves(make_asset):
    build(make_asset, 1)
    first = published(open_round(observed_at=NOW), at=NOW + 10)

    second = gather(terms=oracle_terms(), number=2, observed_at=NOW + 30_000).snapshot

    last = recompute(read_document(first.snapshot_hash)).values
    subjects = second.inputs.subjects
    assert second.previous.root == first.root
    assert subjects["previous_value"].tolist() == last.value.tolist()
    assert subjects["previous_lower"].tolist() == last.lower.tolist()
    assert subjects["previous_nav"].tolist() == last.nav_wei.tolist()


def test_what_was_heard_between_two_rounds_explains_the_move(make_asset):
    build(make_asset, 1)
    published(open_round(observed_at=NOW), at=NOW + 10)
    asset = Asset.objects.get(canonical="0")
    later = NOW + 30_000
    told = NewObservation(
        source="alpha",
        asset_id=asset.pk,
        kind="appraisal",
        value=900 * USD,
        unit="usd",
        scale=6,
        observed_at=later - 5,
    )
    record_observations(observations=[told], now=later)
    published(open_round(observed_at=later), at=later + 10)

    move = last_move(asset)

    (word,) = move.news
    assert (word.source, word.amount, word.before) == ("alpha", 900 * USD, 1_001 * USD)
    assert (move.before_at, move.after_at) == (NOW, later)


def test_a_word_that_came_too_late_for_its_round_explains_the_next(make_asset):
    build(make_asset, 1)
    published(open_round(observed_at=NOW), at=NOW + 10)
    asset = Asset.objects.get(canonical="0")
    later = NOW + 30_000
    late = NewObservation(
        source="alpha",
        asset_id=asset.pk,
        kind="sale",
        value=900 * USD,
        unit="usd",
        scale=6,
        observed_at=NOW - 5,
    )
    record_observations(observations=[late], now=later)
    published(open_round(observed_at=later), at=later + 10)

    move = last_move(asset)

    assert [(one.kind, one.observed_at) for one in move.news] == [("Sale", NOW - 5)]
