"""Events that are read by their places are what the codec makes of them."""

import pytest
from eth_abi.abi import encode
from eth_abi.exceptions import DecodingError
from hypothesis import given
from hypothesis import strategies as st

from contracts import events
from contracts.abi import abi_of
from contracts.artifacts import artifact_names
from contracts.decoding import reader_of
from contracts.events import _layout, _stored

WORD = 32


def layouts():
    """All events of all contracts whose stored fields are read by their places."""
    for name in artifact_names():
        for topic in abi_of(name).events:
            layout = _layout(name, topic)
            if layout.readers:
                yield layout


LAYOUTS = list(layouts())


def values_of(kind):
    if kind.endswith("[]"):
        return st.lists(values_of(kind.removesuffix("[]")), max_size=4)
    if kind == "address":
        return st.binary(min_size=20, max_size=20)
    if kind == "bool":
        return st.booleans()
    if kind == "bytes":
        return st.binary(max_size=70)
    if kind.startswith("bytes"):
        size = int(kind.removeprefix("bytes"))
        return st.binary(min_size=size, max_size=size)
    if kind.startswith("uint"):
        return st.integers(0, (1 << int(kind.removeprefix("uint"))) - 1)
    bits = int(kind.removeprefix("int"))
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


def by_codec(layout, data):
    without = events._Layout(
        **{name: getattr(layout, name) for name in layout.__dataclass_fields__} | {"readers": None}
    )
    return list(_stored(without, data))


def outcome(read, layout, data):
    try:
        return list(read(layout, data))
    except DecodingError:
        return "refused"


@given(st.data())
def test_what_is_well_formed_is_read_as_the_codec_reads_it(data):
    layout = data.draw(st.sampled_from(LAYOUTS))
    values = [data.draw(values_of(kind)) for kind in layout.stored_types]
    encoded = encode(layout.stored_types, values)

    read = list(_stored(layout, encoded))

    assert read == by_codec(layout, encoded)


@given(st.data())
def test_what_is_damaged_is_read_or_refused_as_the_codec_does(data):
    layout = data.draw(st.sampled_from(LAYOUTS))
    values = [data.draw(values_of(kind)) for kind in layout.stored_types]
    encoded = bytearray(encode(layout.stored_types, values))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    damaged = bytes(encoded[: data.draw(st.integers(0, len(encoded)))])

    assert outcome(_stored, layout, damaged) == outcome(by_codec, layout, damaged)


@pytest.mark.parametrize("kind", ["string", "tuple", "(uint8,bool)", "uint8[3]", "uint8[][]"])
def test_what_is_no_word_nor_list_of_words_is_left_to_the_codec(kind):
    assert reader_of(kind) is None


def test_the_frequent_events_need_no_codec():
    book = abi_of("LoanBook").events.values()
    frequent = {"LoanOpened", "Prefunded", "Repaid", "BatchSettled", "LrtPledged", "Pledged"}

    direct = {layout.name for layout in LAYOUTS}

    assert frequent <= {item.name for item in book}
    assert frequent <= direct
