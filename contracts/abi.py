"""ABI encoding and decoding by the names of contracts, functions, events and errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from contracts.artifacts import artifact, artifact_names
from contracts.errors import CallReverted, ContractUnknown, DeploymentInvalid

_ERROR_STRING = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")
SELECTOR_BYTES = 4


@dataclass(frozen=True, slots=True)
class Item:
    """A function, event or error with what encoding and decoding need of it."""

    contract: str
    name: str
    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    input_types: tuple[str, ...]
    output_types: tuple[str, ...]
    identifier: bytes


@dataclass(frozen=True, slots=True)
class ContractAbi:
    """The items of one contract; functions by name and by full signature."""

    functions: Mapping[str, Item]
    events: Mapping[bytes, Item]
    constructor: Item


@cache
def abi_of(contract: str) -> ContractAbi:
    """Return the ABI of a contract by the name of its artifact."""
    entries = artifact(contract).abi
    functions: dict[str, Item] = {}
    for entry in (entry for entry in entries if entry["type"] == "function"):
        item = _item(contract, entry)
        functions.setdefault(item.name, item)
        functions[signature(entry)] = item
    events = [_item(contract, entry) for entry in entries if entry["type"] == "event"]
    constructor = next((entry for entry in entries if entry["type"] == "constructor"), {})
    return ContractAbi(
        functions=functions,
        events={event.identifier: event for event in events},
        constructor=_item(contract, {"name": "constructor", "type": "constructor"} | constructor),
    )


def function_of(contract: str, function: str) -> Item:
    """Return a function by its name, or by its full signature when it is overloaded."""
    found = abi_of(contract).functions.get(function)
    if found is None:
        raise ContractUnknown(f"{contract} has no function {function}.")
    return found


def encode_call(contract: str, function: str, arguments: Sequence[Any]) -> bytes:
    """Return the calldata of a call. Structs are given as mappings or as sequences."""
    item = function_of(contract, function)
    return item.identifier + _encode(item, arguments)


def encode_creation(contract: str, libraries: Mapping[str, str], arguments: Sequence[Any]) -> bytes:
    """Return the creation code of a contract, its constructor's arguments included."""
    code = artifact(contract).linked(libraries)
    return code + _encode(abi_of(contract).constructor, arguments)


def decode_return(contract: str, function: str, data: bytes) -> Any:
    """Return what a call gave: one value, or a tuple of several; structs become dicts.

    Raises `DeploymentInvalid` when the answer is none of that function: another contract, or none,
    stands at the address.
    """
    item = function_of(contract, function)
    try:
        values = decode(item.output_types, data)
    except DecodingError as error:
        raise DeploymentInvalid(
            f"What answered to {contract}.{function} is no {contract}. "
            "Check that the deployment is of this chain."
        ) from error
    decoded = tuple(map(plain, item.outputs, values))
    return decoded[0] if len(decoded) == 1 else decoded


def decode_arguments(contract: str, function: str, data: bytes) -> dict[str, Any]:
    """Return the arguments in the calldata of a call by name, or by place where they have none."""
    item = function_of(contract, function)
    values = decode(item.input_types, data[SELECTOR_BYTES:])
    pairs = zip(item.inputs, values, strict=True)
    return {
        entry["name"] or str(place): plain(entry, value)
        for place, (entry, value) in enumerate(pairs, start=1)
    }


def decode_call(contract: str, data: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return the function that calldata calls and its arguments, or None when it is none of the
    contract's, or what follows is not its arguments.
    """
    called = data[:SELECTOR_BYTES]
    for name, item in abi_of(contract).functions.items():
        if item.identifier == called:
            try:
                return item.name, decode_arguments(contract, name, data)
            except (DecodingError, UnicodeDecodeError):
                return None
    return None


def decode_revert(data: bytes) -> CallReverted:
    """Return the error in the return data of a reverted call."""
    selector, body = data[:SELECTOR_BYTES], data[SELECTOR_BYTES:]
    if not data:
        return CallReverted("NoReason", {})
    if selector == _ERROR_STRING:
        return CallReverted("Error", {"message": decode(["string"], body)[0]})
    if selector == _PANIC:
        return CallReverted("Panic", {"code": decode(["uint256"], body)[0]})
    item = _errors().get(selector)
    try:
        values = decode(item.input_types, body) if item else ()
    except DecodingError:
        item = None
    if item is None:
        return CallReverted("UnknownError", {"data": "0x" + data.hex()})
    named = zip(item.inputs, values, strict=True)
    return CallReverted(item.name, {entry["name"]: jsonable(plain(entry, v)) for entry, v in named})


def signature(entry: Mapping[str, Any]) -> str:
    """Return the canonical signature of an ABI entry, such as ``repay(uint64,uint64)``."""
    return f"{entry['name']}({','.join(map(_type, entry.get('inputs', ())))})"


@lru_cache(maxsize=100_000)
def checksum(address: str) -> str:
    """Return the address in its checksummed spelling, the only one that we store."""
    return to_checksum_address(address)


def plain(entry: Mapping[str, Any], value: Any) -> Any:
    """Return a decoded value in the shape we use: structs as dicts, addresses checksummed."""
    kind: str = entry["type"]
    if kind.endswith("]"):
        element = {**entry, "type": kind[: kind.rindex("[")]}
        return [plain(element, inner) for inner in value]
    if kind == "tuple":
        fields = zip(entry["components"], value, strict=True)
        return {field["name"]: plain(field, inner) for field, inner in fields}
    return checksum(value) if kind == "address" else value


def jsonable(value: Any) -> Any:
    """Return the value as JSON can hold it: bytes as 0x-prefixed hexadecimal."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {name: jsonable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    return value


@cache
def _errors() -> dict[bytes, Item]:
    """Return the errors of all contracts by selector: one may bubble up through another."""
    return {
        item.identifier: item
        for name in artifact_names()
        for item in (_item(name, entry) for entry in artifact(name).abi if entry["type"] == "error")
    }


def _item(contract: str, entry: dict[str, Any]) -> Item:
    digest = keccak(text=signature(entry))
    inputs, outputs = tuple(entry.get("inputs", ())), tuple(entry.get("outputs", ()))
    return Item(
        contract=contract,
        name=entry["name"],
        inputs=inputs,
        outputs=outputs,
        input_types=tuple(map(_type, inputs)),
        output_types=tuple(map(_type, outputs)),
        identifier=digest if entry["type"] == "event" else digest[:SELECTOR_BYTES],
    )


def _encode(item: Item, arguments: Sequence[Any]) -> bytes:
    if len(arguments) != len(item.inputs):
        raise ContractUnknown(
            f"{item.contract}.{item.name} takes {len(item.inputs)} arguments, "
            f"{len(arguments)} were given."
        )
    values = [_raw(entry, value) for entry, value in zip(item.inputs, arguments, strict=True)]
    try:
        return encode(item.input_types, values)
    except EncodingError as error:
        raise ContractUnknown(
            f"The arguments of {item.contract}.{item.name} do not fit its types: {error}."
        ) from error


def _type(entry: Mapping[str, Any]) -> str:
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_type, entry['components']))}){kind.removeprefix('tuple')}"


def _raw(entry: Mapping[str, Any], value: Any) -> Any:
    """Return a value in the shape that the encoder takes: structs as tuples in order."""
    kind: str = entry["type"]
    if kind.endswith("]"):
        element = {**entry, "type": kind[: kind.rindex("[")]}
        return [_raw(element, inner) for inner in value]
    if not kind.startswith("tuple"):
        return bytes.fromhex(value[2:]) if _is_hex_bytes(kind, value) else value
    fields = entry["components"]
    values = [value[field["name"]] for field in fields] if isinstance(value, Mapping) else value
    return tuple(_raw(field, inner) for field, inner in zip(fields, values, strict=True))


def _is_hex_bytes(kind: str, value: Any) -> bool:
    return kind.startswith("bytes") and isinstance(value, str)
