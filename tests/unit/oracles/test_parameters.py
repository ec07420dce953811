"""The table of parameters against the classes and the terms of genesis."""

import json
from pathlib import Path

import pytest

from collateral.domain.classes import CLASSES
from oracles.domain import parameters
from oracles.domain.parameters import CLASS_MODELS, RESTAKING, model_set_document, model_set_hash

GENESIS = Path(__file__).parents[3] / "contracts" / "genesis.json"
TERMS = {row["id"]: row for row in json.loads(GENESIS.read_text())["classes"]}


def test_every_physical_class_has_a_model_and_tokens_have_theirs():
    physical = {one.id for one in CLASSES if not one.fungible}

    assert set(CLASS_MODELS) == physical
    assert RESTAKING.class_id == next(one.id for one in CLASSES if one.fungible)


@pytest.mark.parametrize("class_id", list(CLASS_MODELS))
def test_a_round_never_moves_a_value_beyond_what_the_contract_takes(class_id):
    limit = TERMS[class_id]["terms"]["move_limit_bps"]

    assert CLASS_MODELS[class_id].move_cap_bps <= limit


@pytest.mark.parametrize("class_id", list(CLASS_MODELS))
def test_haircuts_and_ages_are_in_order(class_id):
    model = CLASS_MODELS[class_id]

    assert 0 < model.floor_haircut_bps <= model.thin_haircut_bps <= model.ceiling_haircut_bps
    assert model.ceiling_haircut_bps < 10_000
    assert 0 < model.fresh_for_s <= model.max_age_s
    assert model.max_value_units < 2**63
    assert model.valid_for_s <= TERMS[class_id]["max_validity_s"]


def test_the_hash_follows_the_table(monkeypatch):
    before = model_set_hash()
    model_set_document.cache_clear()
    model_set_hash.cache_clear()
    monkeypatch.setattr(parameters, "MIN_SOURCES", 3)

    after = model_set_hash()

    assert before != after
    model_set_document.cache_clear()
    model_set_hash.cache_clear()
