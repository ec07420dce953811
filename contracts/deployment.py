"""Putting the contracts on a chain, from the committed artifacts, and wiring them together."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from contracts.abi import encode_call, encode_creation
from contracts.artifacts import artifact
from contracts.client import Chain, connect
from contracts.deployment_record import Deployment, deployment_file, load
from contracts.errors import ChainRejected, ChainUnavailable, DeploymentInvalid
from contracts.genesis import (
    asset_classes,
    book_numbers,
    load_genesis,
    named,
    oracle_numbers,
    pool_numbers,
    risk_rows,
    verifier_numbers,
)
from contracts.typed_data import ATTESTATION_SCHEMA, ZERO_ADDRESS
from contracts.types import Fees, Receipt
from contracts.wallet import LocalWallet, development_wallet, development_wallets

__all__ = ["Deployment", "deploy", "deploy_if_needed", "load", "load_genesis"]

GUARDIAN_ROLE = 1
CREATION_GAS = 12_000_000
CALL_GAS = 1_500_000
MINING_LIMIT_S = 120
POLL_S = 0.1
# Tranches by name, in the contracts' order, with the symbol of their share.
TRANCHES = (("Senior", "blSENIOR"), ("Junior", "blJUNIOR"))
# A vault creates its share, the first contract that it creates.
SHARE_NONCE = 1
LOCAL_CHAIN_ID = 31_337
DEVELOPMENT_BALANCE_WEI = 10_000 * 10**18
RELAYER_KEYS = 10
DYNAMIC_FEE_TYPE = 2
_MAX_ONE_BYTE_RLP = 0x80


@dataclass(frozen=True)
class Roles:
    """Who may do what from the start, by address."""

    governor: LocalWallet
    guardian: str
    reporters: Sequence[str]
    lane_relayers: Sequence[str]


@dataclass(frozen=True)
class _Creation:
    """One contract to create; its arguments may name those created before."""

    name: str
    address: str
    code: bytes


def deploy_if_needed(rpc_url: str | None = None, path: Path | None = None) -> Deployment:
    """Return the deployment of the chain behind the node, making it when there is none.

    A record of another chain is refused; new contracts are put only on a local chain.
    """
    chain = connect(rpc_url or settings.RPC_URL)
    path = path or deployment_file()
    known = _known(chain, path)
    if known is not None:
        return known
    if chain.chain_id() != LOCAL_CHAIN_ID:
        raise DeploymentInvalid(
            f"There is no deployment record at {path}, and this is no local chain. Put the "
            "record of the deployment there."
        )
    genesis = load_genesis()
    roles = _development_roles(genesis)
    fund(chain, [roles.governor.address, roles.guardian, *_relayers(), *roles.lane_relayers])
    deployment = deploy(chain, roles=roles, genesis=genesis)
    deployment.save(path)
    return deployment


def deploy(chain: Chain, *, roles: Roles, genesis: Mapping[str, Any]) -> Deployment:
    """Create and wire all contracts; the governor sends and then governs."""
    governor = roles.governor
    first_nonce = chain.transaction_count(governor.address)
    first_block = chain.head().number + 1
    creations = _creations(governor.address, first_nonce, roles, genesis)
    addresses = _with_shares({creation.name: creation.address for creation in creations})
    calls = _wiring(addresses, roles, genesis)
    transactions: list[tuple[str | None, bytes, int]] = [
        (None, creation.code, CREATION_GAS) for creation in creations
    ]
    transactions += [(addresses[name], data, CALL_GAS) for name, data in calls]
    names = [creation.name for creation in creations] + [f"a call of {name}" for name, _ in calls]
    _send_all(chain, governor, first_nonce, transactions, names)
    lanes = [("LoanBook", "escrowOf", (lane,)) for lane in range(genesis["lanes"])]
    genesis_block = chain.block(0)
    wired = Deployment(
        chain_id=chain.chain_id(),
        genesis_hash=genesis_block.hash if genesis_block else "",
        block=first_block,
        addresses=addresses,
        lanes=(),
        parameters={},
    )
    named = chain.with_deployment(wired)
    return Deployment(
        chain_id=wired.chain_id,
        genesis_hash=wired.genesis_hash,
        block=first_block,
        addresses=addresses,
        lanes=tuple(named.calls(lanes)),
        parameters={
            **genesis,
            "eas_version": named.call("EAS", "version"),
            "governor": governor.address,
            "guardian": roles.guardian,
            "reporters": list(roles.reporters),
            "reserve_holder": governor.address,
        },
    )


def _creations(
    deployer: str, first_nonce: int, roles: Roles, genesis: Mapping[str, Any]
) -> list[_Creation]:
    """Return all contracts with the addresses they will have, in the order of creation."""
    created: dict[str, _Creation] = {}
    libraries: dict[str, str] = {}

    def create(name: str, *arguments: Any) -> str:
        for library in artifact(name).links:
            if library not in libraries:
                libraries[library] = create(library)
        address = created_address(deployer, first_nonce + len(created))
        created[name] = _Creation(name, address, encode_creation(name, libraries, arguments))
        return address

    manager = create("AccessManager", deployer)
    registry_of_schemas = create("SchemaRegistry")
    eas = create("EAS", registry_of_schemas)
    stablecoin = create("TestStablecoin", *named(genesis["stablecoin"]))
    create("TestRestakingToken", *named(genesis["lrt"]))
    risk = create("RiskTerms", manager, risk_rows(genesis))
    verifiers = create("VerifierRegistry", manager, stablecoin, *verifier_numbers(genesis))
    registry = create("AssetRegistry", manager, eas, verifiers, asset_classes(genesis))
    oracle = create(
        "ValuationOracle", manager, oracle_numbers(genesis), sorted(roles.reporters, key=_number)
    )
    minimum_payment, cures = book_numbers(genesis)
    sources = (registry, risk, oracle)
    book = create("LoanBook", manager, stablecoin, sources, minimum_payment, cures)
    pool = create("LendingPool", manager, stablecoin, risk, deployer, pool_numbers(genesis))
    for number, (tranche, symbol) in enumerate(TRANCHES):
        create(f"{tranche}Vault", pool, stablecoin, number, f"Ballast {tranche}", symbol)
    create("AuctionHouse", book, pool)
    return list(created.values())


def _with_shares(addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses with those of the shares, which the vaults create."""
    shares = {
        f"{tranche}Share": created_address(addresses[f"{tranche}Vault"], SHARE_NONCE)
        for tranche, _ in TRANCHES
    }
    return {**addresses, **shares}


def _wiring(
    addresses: Mapping[str, str], roles: Roles, genesis: Mapping[str, Any]
) -> list[tuple[str, bytes]]:
    """Return the calls that make the contracts know each other, and who may do what."""
    book, pool, house = (addresses[name] for name in ("LoanBook", "LendingPool", "AuctionHouse"))
    oracle = addresses["ValuationOracle"]
    void = [encode_call("ValuationOracle", "void", [0])[:4]]
    calls: list[tuple[str, str, list[Any]]] = [
        ("VerifierRegistry", "setAssetRegistry", [addresses["AssetRegistry"]]),
        ("RiskTerms", "setPool", [pool]),
        ("LoanBook", "wire", [pool, house]),
        ("LendingPool", "setMarket", [book, house]),
        ("LendingPool", "setVaults", [addresses[f"{tranche}Vault"] for tranche, _ in TRANCHES]),
        ("AssetRegistry", "setMarket", [book, True]),
        ("SchemaRegistry", "register", [ATTESTATION_SCHEMA, ZERO_ADDRESS, True]),
        ("AccessManager", "grantRole", [GUARDIAN_ROLE, roles.guardian, 0]),
        ("AccessManager", "setTargetFunctionRole", [oracle, void, GUARDIAN_ROLE]),
    ]
    for lane in range(genesis["lanes"]):
        calls.append(("LoanBook", "addLane", []))
        calls.append(("LoanBook", "setRelayer", [lane, roles.lane_relayers[lane], True]))
    return [(name, encode_call(name, function, arguments)) for name, function, arguments in calls]


def _send_all(
    chain: Chain,
    sender: LocalWallet,
    first_nonce: int,
    transactions: Sequence[tuple[str | None, bytes, int]],
    names: Sequence[str],
) -> None:
    """Send all in one go and wait; the first that failed is named in the error."""
    chain_id, fees = chain.chain_id(), chain.fees()
    signed = [
        sender.sign_transaction(_fields(chain_id, fees, nonce, to, data, gas))
        for nonce, (to, data, gas) in enumerate(transactions, start=first_nonce)
    ]
    # One by one: a node may handle the parts of one request in any order.
    for name, (raw, _) in zip(names, signed, strict=True):
        try:
            chain.send_raw(raw)
        except ChainRejected as refusal:
            raise DeploymentInvalid(
                f"The node took no transaction for {name}: {refusal}"
            ) from refusal
    receipts = _mined(chain, [tx_hash for _, tx_hash in signed])
    for name, receipt in zip(names, receipts, strict=True):
        if not receipt.succeeded:
            reason = chain.revert_reason(receipt.tx_hash)
            raise DeploymentInvalid(f"The deployment failed at {name}: {reason}")


def _mined(chain: Chain, tx_hashes: Sequence[str]) -> list[Receipt]:
    deadline = time.monotonic() + MINING_LIMIT_S
    while time.monotonic() < deadline:
        receipts = [receipt for receipt in chain.receipts_of(tx_hashes) if receipt is not None]
        if len(receipts) == len(tx_hashes):
            return receipts
        time.sleep(POLL_S)
    raise ChainUnavailable(
        f"The chain did not mine the deployment within {MINING_LIMIT_S} s. Check that it makes "
        "blocks, and start again."
    )


def _fields(
    chain_id: int, fees: Fees, nonce: int, to: str | None, data: bytes, gas: int
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": DYNAMIC_FEE_TYPE,
        "chainId": chain_id,
        "nonce": nonce,
        "data": data,
        "value": 0,
        "gas": gas,
        "maxFeePerGas": fees.max_fee_wei * 4,
        "maxPriorityFeePerGas": fees.priority_fee_wei,
    }
    return fields | ({"to": to} if to else {})


def _known(chain: Chain, path: Path) -> Deployment | None:
    """Return the recorded deployment, or None when the chain has lost it or never had one."""
    if not path.is_file():
        return None
    recorded = load(path)
    genesis = chain.block(0)
    if genesis is None or genesis.hash != recorded.genesis_hash:
        raise DeploymentInvalid(
            "The chain is not the one that the deployment record belongs to. Start over with "
            "RESET=1, or correct RPC_URL."
        )
    # A local chain that was killed just after the deployment may have forgotten it.
    return recorded if chain.code(recorded.address("AuctionHouse")) else None


def _development_roles(genesis: Mapping[str, Any]) -> Roles:
    mnemonic: str = settings.RELAYER_MNEMONIC
    reporters = development_wallets(mnemonic, "reporter", genesis["oracle"]["reporters"])
    lanes = development_wallets(mnemonic, "lane", genesis["lanes"])
    return Roles(
        governor=development_wallet(mnemonic, "governor"),
        guardian=development_wallet(mnemonic, "guardian").address,
        reporters=[wallet.address for wallet in reporters],
        lane_relayers=[wallet.address for wallet in lanes],
    )


def _relayers() -> list[str]:
    wallets = development_wallets(settings.RELAYER_MNEMONIC, "relayer", RELAYER_KEYS)
    return [wallet.address for wallet in wallets]


def fund(chain: Chain, addresses: Sequence[str]) -> None:
    """Give accounts of a local chain the coin that gas costs."""
    balance = hex(DEVELOPMENT_BALANCE_WEI)
    chain.rpc.batch_strict([("anvil_setBalance", (address, balance)) for address in addresses])


def created_address(deployer: str, nonce: int) -> str:
    """Return the address of a contract that an account creates with that nonce."""
    sender = bytes.fromhex(deployer[2:])
    if nonce == 0:
        number = b"\x80"
    elif nonce < _MAX_ONE_BYTE_RLP:
        number = bytes([nonce])
    else:
        size = (nonce.bit_length() + 7) // 8
        number = bytes([_MAX_ONE_BYTE_RLP + size]) + nonce.to_bytes(size, "big")
    body = bytes([_MAX_ONE_BYTE_RLP + len(sender)]) + sender + number
    address: str = to_checksum_address(keccak(bytes([0xC0 + len(body)]) + body)[-20:])
    return address


def _number(address: str) -> int:
    return int(address, 16)
