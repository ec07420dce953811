"""Anchors: unique for a thing, silent about it, and both versions kept after a rotation."""

import hashlib
import hmac

import pytest

from collateral.domain.anchors import anchor, anchors_of, identity_commitment
from collateral.domain.identifiers import Identifier
from collateral.domain.keccak import keccak256, words

KEY = b"k" * 32
OTHER_KEY = b"o" * 32
CAR = Identifier("vin", "1M8GDM9AXKP042788")
PLATE = Identifier("serial", "mercury|cougar|9042788")


def test_keccak_is_the_hash_of_the_evm_and_not_sha3():
    digest = keccak256(b"")

    assert digest.hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_the_anchor_is_the_hash_of_scheme_and_keyed_identifier():
    tag = hmac.new(KEY, b"1M8GDM9AXKP042788", hashlib.sha256).digest()

    found = anchor(scheme="vin", canonical="1M8GDM9AXKP042788", key=KEY)

    assert found == keccak256(keccak256(b"vin") + tag)


def test_the_same_text_under_another_scheme_is_another_anchor():
    first = anchor(scheme="vin", canonical="X", key=KEY)

    second = anchor(scheme="serial", canonical="X", key=KEY)

    assert first != second


def test_a_thing_claims_all_its_identifiers_under_all_keys_newest_first():
    found = anchors_of(identifiers=[CAR, PLATE], keys=[KEY, OTHER_KEY])

    assert found == [
        anchor(scheme=one.scheme, canonical=one.canonical, key=key)
        for key in (KEY, OTHER_KEY)
        for one in (CAR, PLATE)
    ]


# @custom:invariant A1
def test_a_rotation_keeps_the_anchors_of_the_old_key():
    before = set(anchors_of(identifiers=[CAR], keys=[KEY]))

    after = set(anchors_of(identifiers=[CAR], keys=[OTHER_KEY, KEY]))

    assert before < after


@pytest.mark.parametrize(("identifiers", "keys"), [([], [KEY]), ([CAR], [])])
def test_nothing_to_anchor_is_an_error(identifiers, keys):
    with pytest.raises(ValueError, match=r"[Aa]t least one"):
        anchors_of(identifiers=identifiers, keys=keys)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        anchor(scheme="vin", canonical="X", key=b"short")


def test_a_commitment_opens_only_with_its_salt():
    first = identity_commitment(salt=b"\x01" * 32, canonical="X")

    second = identity_commitment(salt=b"\x02" * 32, canonical="X")

    assert first == keccak256(b"\x01" * 32 + b"X")
    assert first != second


def test_a_commitment_needs_a_whole_salt():
    with pytest.raises(ValueError, match="32 bytes"):
        identity_commitment(salt=b"\x01", canonical="X")


def test_words_refuse_what_is_no_word():
    with pytest.raises(ValueError, match="32 bytes"):
        words(b"\x00" * 31)
