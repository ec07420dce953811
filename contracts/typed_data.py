"""What users, verifiers and reporters sign: EIP-712 messages, their hashes and their ids."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from eth_abi.abi import encode
from eth_abi.packed import encode_packed
from eth_utils.crypto import keccak

TypedData = dict[str, Any]
Fields = tuple[tuple[str, str], ...]

ZERO_ADDRESS = "0x" + "00" * 20
ZERO_BYTES32 = b"\x00" * 32
ATTESTATION_VERSION = 2
ATTESTATION_SCHEMA = (
    "uint256 chainId,address registry,uint16 classId,uint8 role,bytes32[] anchors,"
    "bytes32 identityCommitment,bytes32 evidenceRoot,uint64 value,uint64 observedAt,"
    "uint64 validUntil,address originator"
)
_ATTESTATION_TYPES = [field.rsplit(" ", 1)[0] for field in ATTESTATION_SCHEMA.split(",")]
_UID_TYPES = [
    *("uint16", "bytes", "address", "address", "uint64", "uint64"),
    *("bool", "bytes32", "bytes", "bytes32", "uint32"),
]
_DOMAIN: Fields = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_ATTEST: Fields = (
    ("version", "uint16"),
    ("schema", "bytes32"),
    ("recipient", "address"),
    ("time", "uint64"),
    ("expirationTime", "uint64"),
    ("revocable", "bool"),
    ("refUID", "bytes32"),
    ("data", "bytes"),
    ("salt", "bytes32"),
)
_LOAN_TERMS: Fields = (
    ("borrower", "address"),
    ("lane", "uint32"),
    ("principal", "uint64"),
    ("limit", "uint64"),
    ("maxRateBps", "uint16"),
    ("schedule", "uint8"),
    ("instalments", "uint16"),
    ("interval", "uint32"),
    ("assets", "uint256[]"),
    ("lrt", "address"),
    ("lrtAmount", "uint128"),
    ("nonce", "uint256"),
    ("deadline", "uint64"),
)
_LOAN_CHANGE: Fields = (
    ("loanId", "uint64"),
    ("draw", "uint64"),
    ("assets", "uint256[]"),
    ("lrtAmount", "uint128"),
    ("schedule", "uint8"),
    ("instalments", "uint16"),
    ("interval", "uint32"),
    ("maxRateBps", "uint16"),
    ("nonce", "uint256"),
    ("deadline", "uint64"),
)
_LOAN_WORKOUT: Fields = (
    ("loanId", "uint64"),
    ("rateBps", "uint16"),
    ("schedule", "uint8"),
    ("instalments", "uint16"),
    ("interval", "uint32"),
    ("gracePeriod", "uint24"),
    ("cureWindow", "uint24"),
    ("lateFeeBps", "uint16"),
    ("nonce", "uint256"),
    ("deadline", "uint64"),
)
_ROUND: Fields = (
    ("round", "uint32"),
    ("observedAt", "uint40"),
    ("root", "bytes32"),
    ("contentHash", "bytes32"),
)


def attestation_schema_uid() -> bytes:
    """Return EAS's id of the attestation schema: no resolver, revocable."""
    return keccak(
        encode_packed(["string", "address", "bool"], [ATTESTATION_SCHEMA, ZERO_ADDRESS, True])
    )


def attestation(
    *,
    chain_id: int,
    eas: str,
    eas_version: str,
    registry: str,
    owner: str,
    class_id: int,
    role: int,
    anchors: Sequence[bytes],
    identity_commitment: bytes,
    evidence_root: bytes,
    value_units: int,
    time: int,
    observed_at: int,
    valid_until: int,
    salt: bytes,
    originator: str = ZERO_ADDRESS,
) -> TypedData:
    """Return the EAS off-chain attestation (version 2) that a verifier signs (rule A2).

    The value is in ledger units, times are unix seconds. Without an originator the owner is it.
    """
    values = (
        *(chain_id, registry, class_id, role, list(anchors), identity_commitment),
        *(evidence_root, value_units, observed_at, valid_until, originator),
    )
    message = {
        "version": ATTESTATION_VERSION,
        "schema": attestation_schema_uid(),
        "recipient": owner,
        "time": time,
        "expirationTime": valid_until,
        "revocable": True,
        "refUID": ZERO_BYTES32,
        "data": encode(_ATTESTATION_TYPES, values),
        "salt": salt,
    }
    return _typed_data("Attest", _ATTEST, message, "EAS Attestation", eas_version, chain_id, eas)


def attestation_uid(typed_data: TypedData) -> bytes:
    """Return the id that EAS gives an off-chain attestation of version 2."""
    message = typed_data["message"]
    return keccak(
        encode_packed(
            _UID_TYPES,
            [
                message["version"],
                ("0x" + bytes_of(message["schema"]).hex()).encode(),
                message["recipient"],
                ZERO_ADDRESS,
                message["time"],
                message["expirationTime"],
                message["revocable"],
                bytes_of(message["refUID"]),
                bytes_of(message["data"]),
                bytes_of(message["salt"]),
                0,
            ],
        )
    )


def loan_terms(*, chain_id: int, loan_book: str, terms: Mapping[str, Any]) -> TypedData:
    """Return the terms that a borrower signs; `terms` has the fields of `LoanTerms`."""
    message = {name: terms[name] for name, _ in _LOAN_TERMS}
    domain = ("Ballast LoanBook", "1", chain_id, loan_book)
    return _typed_data("LoanTerms", _LOAN_TERMS, message, *domain)


def loan_change(*, chain_id: int, loan_book: str, change: Mapping[str, Any]) -> TypedData:
    """Return the change of a loan that its borrower signs: the fields of `LoanChange`."""
    message = {name: change[name] for name, _ in _LOAN_CHANGE}
    domain = ("Ballast LoanBook", "1", chain_id, loan_book)
    return _typed_data("LoanChange", _LOAN_CHANGE, message, *domain)


def loan_workout(*, chain_id: int, loan_book: str, workout: Mapping[str, Any]) -> TypedData:
    """Return the workout that a called loan's borrower signs: the fields of `LoanWorkout`."""
    message = {name: workout[name] for name, _ in _LOAN_WORKOUT}
    domain = ("Ballast LoanBook", "1", chain_id, loan_book)
    return _typed_data("LoanWorkout", _LOAN_WORKOUT, message, *domain)


def round(*, chain_id: int, oracle: str, message: Mapping[str, Any]) -> TypedData:
    """Return what the reporters sign; `message` has the fields of the struct `Round`."""
    fields = {name: message[name] for name, _ in _ROUND}
    return _typed_data("Round", _ROUND, fields, "Ballast ValuationOracle", "1", chain_id, oracle)


def permit(
    *,
    chain_id: int,
    token: str,
    name: str,
    owner: str,
    spender: str,
    value: int,
    nonce: int,
    deadline: int,
) -> TypedData:
    """Return an ERC-2612 permit; the value is in the token's base units."""
    fields: Fields = (
        ("owner", "address"),
        ("spender", "address"),
        ("value", "uint256"),
        ("nonce", "uint256"),
        ("deadline", "uint256"),
    )
    values = (owner, spender, value, nonce, deadline)
    message = {field: given for (field, _), given in zip(fields, values, strict=True)}
    return _typed_data("Permit", fields, message, name, "1", chain_id, token)


def digest(typed_data: TypedData) -> bytes:
    """Return the 32 bytes that are signed. Types of structs inside structs are not supported."""
    domain_hash = _struct_hash(typed_data, "EIP712Domain", typed_data["domain"])
    message_hash = _struct_hash(typed_data, typed_data["primaryType"], typed_data["message"])
    return keccak(b"\x19\x01" + domain_hash + message_hash)


def for_wallet(typed_data: TypedData) -> TypedData:
    """Return the message as JSON for a wallet: bytes as hexadecimal, integers as text."""
    message = {name: _wallet_value(value) for name, value in typed_data["message"].items()}
    return {**typed_data, "message": message}


def compact(signature: bytes) -> tuple[bytes, bytes]:
    """Return ``(r, vs)``, the EIP-2098 form of a 65-byte signature."""
    if len(signature) != 65:
        raise ValueError(f"A signature has 65 bytes; this one has {len(signature)}.")
    parity = (signature[64] - 27 if signature[64] >= 27 else signature[64]) & 1
    vs = int.from_bytes(signature[32:64], "big") | parity << 255
    return signature[:32], vs.to_bytes(32, "big")


def bytes_of(value: bytes | str) -> bytes:
    """Return bytes that were given as such or as hexadecimal text."""
    return bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else value


def _typed_data(
    primary_type: str,
    fields: Fields,
    message: Mapping[str, Any],
    name: str,
    version: str,
    chain_id: int,
    contract: str,
) -> TypedData:
    return {
        "types": {
            "EIP712Domain": [{"name": field, "type": kind} for field, kind in _DOMAIN],
            primary_type: [{"name": field, "type": kind} for field, kind in fields],
        },
        "primaryType": primary_type,
        "domain": {
            "name": name,
            "version": version,
            "chainId": chain_id,
            "verifyingContract": contract,
        },
        "message": dict(message),
    }


def _struct_hash(typed_data: TypedData, name: str, values: Mapping[str, Any]) -> bytes:
    fields = typed_data["types"][name]
    kinds = tuple(field["type"] for field in fields)
    names = tuple(field["name"] for field in fields)
    encoded = [_field(kind, values[field]) for kind, field in zip(kinds, names, strict=True)]
    return keccak(_type_hash(name, kinds, names) + b"".join(encoded))


@lru_cache(maxsize=64)
def _type_hash(name: str, kinds: tuple[str, ...], names: tuple[str, ...]) -> bytes:
    fields = ",".join(f"{kind} {field}" for kind, field in zip(kinds, names, strict=True))
    return keccak(text=f"{name}({fields})")


def _field(kind: str, value: Any) -> bytes:
    """Return the 32 bytes that stand for one field in a struct's hash."""
    if kind.endswith("[]"):
        return keccak(b"".join(_field(kind[:-2], inner) for inner in value))
    if kind == "string":
        return keccak(text=value)
    if kind == "bytes":
        return keccak(bytes_of(value))
    if kind.startswith("bytes"):
        return bytes_of(value).ljust(32, b"\x00")
    if kind == "address":
        return bytes_of(value).rjust(32, b"\x00")
    return int(value).to_bytes(32, "big", signed=kind.startswith("int"))


def _wallet_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return [_wallet_value(inner) for inner in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
