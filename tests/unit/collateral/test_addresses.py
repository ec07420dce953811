"""Account addresses: one spelling, and a mistyped one never passes."""

import pytest

from collateral.domain.addresses import AddressError, checksum_address

# The examples of EIP-55.
SAMPLES = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("address", SAMPLES)
def test_every_plain_spelling_becomes_the_checksummed_one(address):
    spellings = [address, address.lower(), "0x" + address[2:].upper(), f" {address} "]

    found = {checksum_address(spelling) for spelling in spellings}

    assert found == {address}


@pytest.mark.parametrize("address", SAMPLES)
def test_a_changed_capital_is_refused(address):
    place = next(i for i, c in enumerate(address) if i > 1 and c.isalpha())

    with pytest.raises(AddressError, match="checksum"):
        checksum_address(address[:place] + address[place].swapcase() + address[place + 1 :])


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "0x",
        "0x123",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x" + "g" * 40,
        "0x" + "a" * 41,
        "vitalik.eth",
    ],
)
def test_what_is_no_address_is_refused(raw):
    with pytest.raises(AddressError, match="40 hexadecimal"):
        checksum_address(raw)
