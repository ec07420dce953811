"""Decoding of logs into events by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.registry import BaseEquals, registry

from contracts.abi import abi_of, checksum, jsonable, plain
from contracts.decoding import WORD_BYTES, Reader, Unusual, reader_of
from contracts.deployment_record import Deployment, load
from contracts.types import Event, Log

__all__ = ["Event", "decode", "decode_all"]

# What a contract hands on as text may be any bytes: a voter's reason, for one. Nobody may stop
# the reader with them, so what is no text, or no database takes, stands there as U+FFFD.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_texts = registry.copy()  # type: ignore[no-untyped-call]
_texts.unregister_decoder("string")
_texts.register_decoder(
    BaseEquals("string"),  # type: ignore[no-untyped-call]
    StringDecoder(handle_string_errors="replace"),  # type: ignore[no-untyped-call]
    label="string",
)
_codec = ABICodec(_texts)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the fields of one event are spread over topics and data."""

    name: str
    order: tuple[str, ...]
    indexed: tuple[dict[str, Any], ...]
    stored: tuple[dict[str, Any], ...]
    stored_types: tuple[str, ...]
    readers: tuple[Reader, ...] | None
    """What reads the stored fields by their places, where all have such readers."""


def decode(log: Log, deployment: Deployment | None = None, *, block_time: int = 0) -> Event | None:
    """Return the event, or None when it is not one of our contracts' own."""
    deployment = deployment or load()
    contract = deployment.name_of(log.address)
    layout = _layout(contract, log.topics[0]) if contract and log.topics else None
    if contract is None or layout is None:
        return None
    return Event(
        name=layout.name,
        contract=contract,
        address=log.address,
        args=_arguments(layout, log),
        block_number=log.block_number,
        block_hash=log.block_hash,
        tx_hash=log.tx_hash,
        log_index=log.log_index,
        block_time=block_time,
    )


def decode_all(logs: Sequence[Log], deployment: Deployment | None = None) -> list[Event]:
    """Return the events among these logs, in order."""
    deployment = deployment or load()
    return [event for log in logs if (event := decode(log, deployment)) is not None]


def _arguments(layout: _Layout, log: Log) -> dict[str, Any]:
    values: dict[str, Any] = {
        entry["name"]: _topic(entry["type"], topic)
        for entry, topic in zip(layout.indexed, log.topics[1:], strict=True)
    }
    for entry, value in zip(layout.stored, _stored(layout, log.data), strict=True):
        values[entry["name"]] = value
    return {name: values[name] for name in layout.order}


def _stored(layout: _Layout, data: bytes) -> Iterable[Any]:
    """Return the fields that are not topics: by their places, or else by the codec."""
    if layout.readers is not None and len(data) >= len(layout.readers) * WORD_BYTES:
        try:
            return [
                read(data[place * WORD_BYTES : (place + 1) * WORD_BYTES], data)
                for place, read in enumerate(layout.readers)
            ]
        except Unusual:
            pass
    values = _codec.decode(layout.stored_types, data)
    fields = zip(layout.stored, values, strict=True)
    return [_storable(jsonable(plain(entry, value))) for entry, value in fields]


def _storable(value: Any) -> Any:
    """Return the value without the one character that PostgreSQL keeps in no text."""
    if isinstance(value, str):
        return value.replace("\x00", UNREADABLE)
    return [_storable(inner) for inner in value] if isinstance(value, list) else value


def _topic(kind: str, topic: bytes) -> Any:
    """Return an indexed field; one of dynamic size is only there as its hash."""
    if kind == "address":
        return checksum("0x" + topic[12:].hex())
    if kind == "bool":
        return topic[-1] == 1
    if kind.startswith(("uint", "int")) and not kind.endswith("]"):
        return int.from_bytes(topic, "big", signed=kind.startswith("int"))
    return "0x" + topic.hex()


@lru_cache(maxsize=1_000)
def _layout(contract: str, topic: bytes) -> _Layout | None:
    item = abi_of(contract).events.get(topic)
    if item is None:
        return None
    typed = list(zip(item.inputs, item.input_types, strict=True))
    stored_types = tuple(kind for entry, kind in typed if not entry["indexed"])
    readers = [reader for kind in stored_types if (reader := reader_of(kind)) is not None]
    return _Layout(
        name=item.name,
        order=tuple(entry["name"] for entry in item.inputs),
        indexed=tuple(entry for entry in item.inputs if entry["indexed"]),
        stored=tuple(entry for entry in item.inputs if not entry["indexed"]),
        stored_types=stored_types,
        readers=tuple(readers) if len(readers) == len(stored_types) else None,
    )
