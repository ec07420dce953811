"""Proofs and documents over HTTP."""

import json

import pytest
from django.core.cache import cache

from collateral.domain.merkle import MultiProof, verify, verify_many
from oracles import selectors, services
from oracles.models import Document
from oracles.services import record_observations
from tests.integration.oracles.steps import published
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")


@pytest.fixture(autouse=True)
def no_rounds_remembered():
    cache.clear()


@pytest.fixture
def assets(make_asset, said):
    made = [make_asset() for _ in range(5)]
    record_observations(observations=[said(one, 110_000 * USD) for one in made], now=NOW)
    return made


@pytest.fixture
def opened(assets):
    return services.open_round(observed_at=NOW)


@pytest.fixture
def in_use(opened):
    return published(opened)


def get(client, path, status=200):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def raw(text):
    return bytes.fromhex(text[2:])


# @custom:invariant V5
def test_anyone_gets_a_proof_that_leads_to_the_published_root(client, assets, in_use):
    answer = get(client, f"assets/{assets[2].token_id}/proof")

    proof = [raw(one) for one in answer["proof"]]
    assert answer["root"] == in_use.root
    assert answer["leaf"]["assetId"] == str(assets[2].token_id)
    assert verify(root=raw(answer["root"]), leaf=raw(answer["leaf_hash"]), proof=proof)


def test_an_id_is_taken_in_hex_too(client, assets, in_use):
    by_hex = get(client, f"assets/{hex(assets[0].token_id)}/proof")

    assert by_hex == get(client, f"assets/{assets[0].token_id}/proof?round=1")


def test_amounts_are_strings(client, assets, in_use):
    leaf = get(client, f"assets/{assets[0].token_id}/proof")["leaf"]

    wide = ("assetId", "value", "lower", "observedAt", "validUntil")
    assert all(isinstance(leaf[name], str) and leaf[name].isdigit() for name in wide)


def test_a_proof_is_not_sent_again_to_whoever_has_it(client, assets, in_use):
    path = f"/api/v1/assets/{assets[0].token_id}/proof"
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("assets/7/proof", 404, "NOT_VALUED"),
        ("assets/0/proof", 422, "BAD_ID"),
        ("assets/-1/proof", 422, "BAD_ID"),
        ("assets/house/proof", 422, "BAD_ID"),
        ("assets/0xzz/proof", 422, "BAD_ID"),
        (f"assets/{2**256}/proof", 422, "BAD_ID"),
        (f"assets/{'9' * 5_000}/proof", 422, "BAD_ID"),
        ("assets/7/proof?round=9", 404, "ROUND_UNUSABLE"),
        ("assets/7/proof?round=one", 404, "ROUND_UNUSABLE"),
        ("proofs", 422, "BAD_IDS"),
        ("proofs?ids=,", 422, "BAD_ID"),
        (f"proofs?ids={','.join(['1'] * 1_001)}", 422, "BAD_IDS"),
        ("rounds/9", 404, "ROUND_UNUSABLE"),
        ("rounds/9/leaves", 404, "ROUND_UNUSABLE"),
    ],
)
def test_what_cannot_be_answered_has_a_code_and_a_sentence(client, in_use, path, status, code):
    answer = get(client, path, status)

    assert answer["code"] == code
    assert answer["message"].endswith(".")


def test_before_the_first_round_there_is_no_proof(client, opened):
    assert get(client, "assets/7/proof", 503)["code"] == "NO_ROUND"


def test_many_values_have_one_proof(client, assets, in_use):
    ids = [str(one.token_id) for one in assets[:3]]

    answer = client.post(
        "/api/v1/proofs", json.dumps({"ids": [*ids, "7"]}), content_type="application/json"
    ).json()

    proof = MultiProof(
        order=(), siblings=tuple(raw(one) for one in answer["proof"]), flags=tuple(answer["flags"])
    )
    leaves = [raw(one["leaf_hash"]) for one in answer["values"]]
    assert {one["leaf"]["assetId"] for one in answer["values"]} == set(ids)
    assert answer["not_valued"] == ["7"]
    assert verify_many(root=raw(answer["root"]), leaves=leaves, proof=proof)


@pytest.mark.parametrize("ids", ["7", "7,8"])
def test_ids_without_a_value_are_named(client, in_use, ids):
    answer = get(client, f"proofs?ids={ids}")

    assert answer["not_valued"] == ids.split(",")
    assert answer["values"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 50_000, b"\xff", b'{"ids": 5}'])
def test_a_body_that_is_no_question_is_refused(client, in_use, body):
    answer = client.post("/api/v1/proofs", body, content_type="application/json")

    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["snapshot", "leaves"])
def test_the_documents_of_a_round_are_for_anyone(client, opened, name):
    answer = client.get(f"/api/v1/rounds/1/{name}")

    assert b"".join(answer.streaming_content) == getattr(selectors, name)(round=opened)


def test_a_document_that_is_not_here_says_so(client, opened):
    Document.objects.all().delete()

    assert get(client, "rounds/1/leaves", 404)["code"] == "CONTENT_MISSING"


def test_a_round_tells_what_was_signed_and_by_whom(client, opened, reporters):
    services.report(round=opened, wallet=reporters[0])

    answer = get(client, "rounds/1")

    assert answer["root"] == opened.root
    assert list(answer["signatures"]) == [reporters[0].address]
