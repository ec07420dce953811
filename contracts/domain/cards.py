"""A loan's card: its cold terms and what is pledged, of which LoanBook keeps only a hash.

Whoever acts on a loan beyond paying it brings the card as words, laid out as in `Cards.sol`,
first field highest: who ``borrower (160) | base principal (56) | schedule (8) | instalments (16) |
1 with restaking tokens (8) | number of assets (8)``, when ``interval (32) | opened at (32) | grace
period (24) | cure window (24) | late fee (16) | limit (56) | zero (8) | classes
(64)``, the token ids, and with restaking tokens ``token (160) | amount (96)`` and their opening
price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sha3

WORD_BYTES = 32
HASH_BYTES = 25
NO_ADDRESS = "0x" + "00" * 20
_HEADER_WORDS = 2
_LRT_WORDS = 2
MOST_ASSETS = 32
LEAST_CARD_WORDS = _HEADER_WORDS
MOST_CARD_WORDS = _HEADER_WORDS + MOST_ASSETS + _LRT_WORDS
_ADDRESS_BITS, _ID_BITS = 160, 256
_WHO = (("principal", 56), ("schedule", 8), ("instalments", 16), ("restaking", 8), ("assets", 8))
_WHEN = (
    ("interval", 32),
    ("opened_at", 32),
    ("grace_period", 24),
    ("cure_window", 24),
    ("late_fee_bps", 16),
    ("limit", 56),
    ("zero", 8),
    ("classes", 64),
)


class CardInvalid(ValueError):
    """A field does not fit its bits, or words are not a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Terms and collateral; ledger units, basis points, seconds, unix seconds.

    `classes` has one bit for each class that ever secured the loan: it counts in them (rule L4).
    `lrt` is zero where no restaking token was ever pledged; its opening price is of 10^18 base
    units, its amount in base units.
    """

    borrower: str
    base_principal: int
    schedule: int
    instalments: int
    interval: int
    opened_at: int
    grace_period: int
    cure_window: int
    late_fee_bps: int
    limit: int
    classes: int
    assets: tuple[int, ...] = ()
    lrt: str = NO_ADDRESS
    lrt_amount: int = 0
    lrt_opening_price: int = 0


def encode_card(card: Card) -> list[bytes]:
    """Return a card's words."""
    has_lrt = int(card.lrt, 16) != 0
    who = [
        ("borrower", int(card.borrower, 16), _ADDRESS_BITS),
        ("base principal", card.base_principal, 56),
        ("schedule", card.schedule, 8),
        ("instalments", card.instalments, 16),
        ("restaking tokens", int(has_lrt), 8),
        ("number of assets", len(card.assets), 8),
    ]
    when = [(name, 0 if name == "zero" else getattr(card, name), bits) for name, bits in _WHEN]
    words = [_packed(who), _packed(when)]
    words += [_packed([("token id", token_id, _ID_BITS)]) for token_id in card.assets]
    if has_lrt:
        lrt = [("token", int(card.lrt, 16), _ADDRESS_BITS), ("amount", card.lrt_amount, 96)]
        words += [_packed(lrt), _packed([("opening price", card.lrt_opening_price, 256)])]
    return words


def decode_card(words: Sequence[bytes]) -> Card:
    """Return what a card's words say; addresses in lower case."""
    if not words or len(words) != card_length(words[0]):
        raise CardInvalid(f"These {len(words)} words are not a card.")
    who = _unpacked(words[0], (("borrower", _ADDRESS_BITS), *_WHO))
    when = _unpacked(words[1], _WHEN)
    terms: dict[str, Any] = {name: value for name, value in when.items() if name != "zero"}
    if who["restaking"]:
        token = _unpacked(words[-2], (("token", _ADDRESS_BITS), ("amount", 96)))
        terms |= {
            "lrt": _address(token["token"]),
            "lrt_amount": token["amount"],
            "lrt_opening_price": int.from_bytes(words[-1], "big"),
        }
    ids = words[_HEADER_WORDS : _HEADER_WORDS + who["assets"]]
    return Card(
        borrower=_address(who["borrower"]),
        base_principal=who["principal"],
        schedule=who["schedule"],
        instalments=who["instalments"],
        assets=tuple(int.from_bytes(token_id, "big") for token_id in ids),
        **terms,
    )


def card_length(first_word: bytes) -> int:
    """Return how many words a card has, as its first one says."""
    lrt_words = _LRT_WORDS if first_word[-2] & 1 else 0
    return _HEADER_WORDS + first_word[-1] + lrt_words


def card_hash(words: Sequence[bytes]) -> bytes:
    """Return what LoanBook keeps of a card: the first 25 bytes of the hash of its words."""
    digest: bytes = sha3.keccak_256(b"".join(words)).digest()
    return digest[:HASH_BYTES]


def _packed(fields: Sequence[tuple[str, int, int]]) -> bytes:
    word = 0
    for name, value, bits in fields:
        if not 0 <= value < 1 << bits:
            raise CardInvalid(f"The {name} must be from 0 to {(1 << bits) - 1}; it is {value}.")
        word = word << bits | value
    return word.to_bytes(WORD_BYTES, "big")


def _unpacked(word: bytes, fields: Sequence[tuple[str, int]]) -> dict[str, int]:
    value, found = int.from_bytes(word, "big"), {}
    for name, bits in reversed(fields):
        found[name] = value & ((1 << bits) - 1)
        value >>= bits
    return {name: found[name] for name, _ in fields}


def _address(number: int) -> str:
    return f"0x{number:040x}"
