"""Account addresses of the EVM in their one spelling (EIP-55)."""

import re

from collateral.domain.keccak import keccak256

ZERO_ADDRESS = "0x" + "0" * 40
_HEX_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class AddressError(ValueError):
    """Text that is not an account address."""


def checksum_address(raw: str) -> str:
    """Return the address with its EIP-55 capitals; a wrong mixed-case checksum is refused."""
    text = raw.strip()
    if not _HEX_ADDRESS.fullmatch(text):
        raise AddressError(f"{raw!r} is not an account address: 0x and 40 hexadecimal digits.")
    lower = text[2:].lower()
    digest = keccak256(lower.encode()).hex()
    checked = "0x" + "".join(
        character.upper() if int(nibble, 16) >= 8 else character
        for character, nibble in zip(lower, digest, strict=False)
    )
    if text[2:] not in (lower, lower.upper(), checked[2:]):
        raise AddressError(
            f"{raw!r} fails its checksum: a character is mistyped. Copy it again from the wallet."
        )
    return checked
