"""A board's own word: taken from the board that is registered, fresh, under a trusted root only."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from collateral.domain.device_tokens import (
    MAX_AGE_S,
    MAX_AHEAD_S,
    TokenRefused,
    check_token,
    token_nonce,
)
from tests.boards import NOW, Board, Maker, certificate, encoded

NONCE = token_nonce(anchor=b"\x01" * 32, round_nonce=b"\x02" * 32)
MAKER = Maker()
BOARD = Board(MAKER)


def check(token, *, board=BOARD, nonces=(NONCE,), roots=None, now_s=NOW):
    check_token(
        token,
        nonces=nonces,
        fingerprint=board.fingerprint,
        roots=[MAKER.root] if roots is None else roots,
        now_s=now_s,
    )


def refusal(token, **changes):
    with pytest.raises(TokenRefused) as refused:
        check(token, **changes)
    assert refused.value.sentence.endswith(".")
    return refused.value.code


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_a_boards_fresh_answer_is_taken(curve):
    board = Board(MAKER, curve)

    check(board.token(NONCE), board=board)
    check(board.token("0x" + NONCE.upper()), board=board)


def test_the_root_itself_may_end_the_chain():
    check(BOARD.token(NONCE, chain=[*BOARD.chain, MAKER.root]))


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (NOW - MAX_AGE_S, None),
        (NOW - MAX_AGE_S - 1, "ATTESTATION_AGE"),
        (NOW + MAX_AHEAD_S, None),
        (NOW + MAX_AHEAD_S + 1, "ATTESTATION_AGE"),
        ("now", "ATTESTATION_AGE"),
        (True, "ATTESTATION_AGE"),
    ],
)
def test_a_token_counts_for_ten_minutes(made, code):
    token = BOARD.token(NONCE, made=made)

    if code is None:
        check(token)
    else:
        assert refusal(token) == code


@pytest.mark.parametrize("nonce", ["", "00" * 32, None, 5, [NONCE]])
def test_another_nonce_is_refused(nonce):
    assert refusal(BOARD.token(nonce)) == "ATTESTATION_NONCE"


def test_another_board_of_the_same_maker_is_refused():
    assert refusal(Board(MAKER).token(NONCE)) == "ATTESTATION_KEY"


def test_a_token_signed_by_another_key_than_the_certificates_is_refused():
    token = BOARD.token(NONCE, key=Board(MAKER).key)

    assert refusal(token) == "ATTESTATION_SIGNATURE"


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256", "RS256"])
def test_the_header_cannot_choose_a_weaker_algorithm(alg):
    assert refusal(BOARD.token(NONCE, alg=alg)) == "ATTESTATION_SIGNATURE"


def test_a_changed_claim_breaks_the_signature():
    head, _, tail = BOARD.token(NONCE).split(".")
    forged = encoded(f'{{"eat_nonce": "{NONCE}", "iat": {NOW}, "more": 1}}'.encode())

    assert refusal(f"{head}.{forged}.{tail}") == "ATTESTATION_SIGNATURE"


def test_a_chain_to_a_root_that_nobody_trusts_is_refused():
    assert refusal(BOARD.token(NONCE), roots=[Maker().root]) == "CERT_CHAIN"
    assert refusal(BOARD.token(NONCE), roots=[]) == "CERT_CHAIN"


def test_a_chain_with_a_gap_out_of_order_or_empty_is_refused():
    stranger = Maker()
    chains = ([], [BOARD.certificate], [BOARD.certificate, stranger.line], BOARD.chain[::-1])

    codes = {refusal(BOARD.token(NONCE, chain=one)) for one in chains}

    assert codes == {"CERT_CHAIN"}


def test_a_board_cannot_certify_another_board():
    forger_key = ec.generate_private_key(ec.SECP384R1())
    forged = certificate("board", forger_key, "board", BOARD.key)
    token = BOARD.token(NONCE, key=forger_key, chain=[forged, *BOARD.chain])

    assert refusal(token) == "CERT_CHAIN"


@pytest.mark.parametrize("from_s", [NOW + 1, NOW - 31 * 86_400])
def test_a_certificate_outside_its_time_is_refused(from_s):
    board = Board(MAKER, from_s=from_s)

    assert refusal(board.token(NONCE), board=board) == "CERT_CHAIN"


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c.d", "....", "é.é.é", "W10.W10.W10", "e30.e30.e30", "x" * 40_000]
)
def test_what_is_no_token_is_refused(token):
    assert refusal(token) in {"ATTESTATION_FORMAT", "CERT_CHAIN"}


@given(st.text(max_size=80), st.integers(0, 3))
def test_no_text_in_a_tokens_place_is_an_error(text, place):
    pieces = BOARD.token(NONCE).split(".")
    pieces[place:place] = [text]

    assert refusal(".".join(pieces)) == "ATTESTATION_FORMAT"


@given(st.recursive(st.none() | st.text(max_size=5) | st.integers(), st.lists, max_leaves=4))
def test_no_chain_of_any_type_is_an_error(x5c):
    header = encoded(b'{"alg": "ES384", "x5c": ' + json.dumps(x5c).encode() + b"}")
    _, claims, signature = BOARD.token(NONCE).split(".")

    assert refusal(f"{header}.{claims}.{signature}") == "CERT_CHAIN"
