"""The chain as the rest of the project sees it."""

import os
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from eth_utils.crypto import keccak

from contracts import abi
from contracts.deployment_record import Deployment, load
from contracts.endpoints import Endpoints, by_most, endpoints, head_of
from contracts.errors import CallReverted, ChainError, ChainRejected
from contracts.fees import ASKED, market_fees
from contracts.rpc import Rpc, strict
from contracts.types import Block, Fees, Log, Receipt

# The limit of one transaction where EIP-7825 holds.
SIMULATION_GAS = 1 << 24
# Full nodes keep the states of this many blocks.
STATES_KEPT = 120
DELEGATION_PREFIX = bytes.fromhex("ef0100")
BlockId = int | str


class Chain:
    """One node or several and, for calls by name, the deployment on the chain."""

    def __init__(self, rpc_url: str, deployment: Deployment | None = None) -> None:
        """Take the address of a node, or a comma-separated list of several."""
        self.rpc: Rpc | Endpoints = endpoints(rpc_url)
        self._deployment = deployment

    @property
    def deployment(self) -> Deployment:
        """The deployment that names are resolved by: given, or read from its file."""
        return self._deployment or load()

    def with_deployment(self, deployment: Deployment) -> "Chain":
        """Return this chain with the names of another deployment."""
        return Chain(self.rpc.url, deployment)

    def chain_id(self) -> int:
        return int(self.rpc.request("eth_chainId"), 16)

    def head(self) -> Block:
        """Return the newest block."""
        return _block(self.rpc.request("eth_getBlockByNumber", "latest", False))

    def block(self, number: int) -> Block | None:
        """Return the block of that number, or None when there is none yet."""
        found = self.rpc.request("eth_getBlockByNumber", hex(number), False)
        return _block(found) if found else None

    def blocks(self, numbers: Sequence[int]) -> list[Block | None]:
        """Return several blocks in one request."""
        calls = [("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        return [_block(found) if found else None for found in self.rpc.batch_strict(calls)]

    def hashes_by_most(self, numbers: Sequence[int]) -> list[str | None]:
        """Return the hash of each block as more than half of the nodes that have it show it.

        None where no node has it yet, or they disagree: then nobody knows.
        """
        calls = [("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        views = self.rpc.each(calls) if calls else []
        return [by_most([view[index] for view in views]) for index in range(len(calls))]

    def heads(self) -> dict[str, int | None]:
        """Return the newest block of each node by its name; None of one that does not answer."""
        return {node.name: head_of(node) for node in self.rpc.nodes}

    def code(self, address: str) -> bytes:
        return _bytes(self.rpc.request("eth_getCode", address, "latest"))

    def balance(self, address: str) -> int:
        """Return an account's native balance in wei."""
        return int(self.rpc.request("eth_getBalance", address, "latest"), 16)

    def balances(self, addresses: Sequence[str]) -> dict[str, int]:
        """Return several accounts' native balances in wei, asked in one request."""
        calls = [("eth_getBalance", (address, "latest")) for address in addresses]
        found = self.rpc.batch_strict(calls) if calls else []
        return {
            address: int(balance, 16) for address, balance in zip(addresses, found, strict=True)
        }

    def transaction_count(self, address: str, block: BlockId = "pending") -> int:
        return int(self.rpc.request("eth_getTransactionCount", address, _block_id(block)), 16)

    def sent_by(self, address: str, nonce: int, last: int) -> str | None:
        """Return the hash of the transaction that used an account's nonce, up to block `last`.

        None when it was not used, or so long ago that the node has forgotten the states between.
        """
        oldest = max(last - STATES_KEPT, 0)
        if self.transaction_count(address, last) <= nonce:
            return None
        if self.transaction_count(address, oldest) > nonce:
            return None
        while oldest + 1 < last:
            middle = (oldest + last) // 2
            used = self.transaction_count(address, middle) > nonce
            oldest, last = (oldest, middle) if used else (middle, last)
        block = self.rpc.request("eth_getBlockByNumber", hex(last), True)
        for found in (block or {}).get("transactions", ()):
            if abi.checksum(found["from"]) == address and int(found["nonce"], 16) == nonce:
                return str(found["hash"])
        return None

    def is_delegated(self, address: str) -> bool:
        """Tell whether an account runs another's code (EIP-7702)."""
        return self.code(address).startswith(DELEGATION_PREFIX)

    def address(self, contract: str) -> str:
        """Return the address of a contract of the deployment; an address stands for itself."""
        return contract if contract.startswith("0x") else self.deployment.address(contract)

    def call(self, contract: str, function: str, *args: Any, block: BlockId | None = None) -> Any:
        """Return what a view function gives: one value or a tuple; structs are dicts."""
        return self.calls([(contract, function, args)], block=block)[0]

    def calls(
        self,
        requests: Sequence[tuple[str, str, Sequence[Any]]],
        block: BlockId | None = None,
    ) -> list[Any]:
        """Return what several view functions give, all asked in one request."""
        rpc_calls = [
            (
                "eth_call",
                (
                    {
                        "to": self.address(contract),
                        "data": _hex(self.encode(contract, function, *args)),
                    },
                    _block_id("latest" if block is None else block),
                ),
            )
            for contract, function, args in requests
        ]
        results = self.rpc.batch_strict(rpc_calls)
        return [
            abi.decode_return(contract, function, _bytes(result))
            for (contract, function, _), result in zip(requests, results, strict=True)
        ]

    def call_at(self, contract: str, address: str, function: str, *args: Any) -> Any:
        """Return what a view function gives of a contract that is not in the deployment."""
        data = _hex(abi.encode_call(contract, function, args))
        result = self.rpc.request("eth_call", {"to": address, "data": data}, "latest")
        return abi.decode_return(contract, function, _bytes(result))

    def encode(self, contract: str, function: str, *args: Any) -> bytes:
        """Return the calldata of a call; structs are given as mappings or sequences."""
        return abi.encode_call(contract, function, args)

    def simulate(self, to: str, data: bytes, sender: str) -> bytes:
        """Return what the call would give now, or raise `CallReverted`."""
        call = {"to": to, "data": _hex(data), "from": sender}
        return _bytes(self.rpc.request("eth_call", call, "latest"))

    def estimate_gas(self, to: str, data: bytes, sender: str) -> int:
        """Return the gas the call would take now, or raise `CallReverted`."""
        call = {"to": to, "data": _hex(data), "from": sender}
        return int(self.rpc.request("eth_estimateGas", call), 16)

    def estimate_many(self, calls: Sequence[tuple[str, bytes, str]]) -> list[int | ChainError]:
        """Return gas, or the error, of several ``(to, data, sender)`` in one request."""
        estimates = self.rpc.batch(
            [
                ("eth_estimateGas", ({"to": to, "data": _hex(data), "from": sender},))
                for to, data, sender in calls
            ]
        )
        return [
            estimate if isinstance(estimate, ChainError) else int(estimate, 16)
            for estimate in estimates
        ]

    def simulate_many(
        self, calls: Sequence[tuple[str, bytes, str]], gas: int = SIMULATION_GAS
    ) -> list[int | CallReverted]:
        """Run ``(to, data, sender)`` one after the other on the newest state.

        Returns the gas that each used, or why it was refused. A refused one has no effect on
        those after it.
        """
        block = {
            "calls": [
                {"to": to, "data": _hex(data), "from": sender, "gas": hex(gas)}
                for to, data, sender in calls
            ]
        }
        simulated = self.rpc.request("eth_simulateV1", {"blockStateCalls": [block]}, "latest")
        return list(map(_simulated, simulated[0]["calls"]))

    def revert_reason(self, tx_hash: str) -> CallReverted:
        """Return why a mined transaction had no effect, from its trace."""
        trace = self.rpc.request(
            "debug_traceTransaction",
            tx_hash,
            {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}},
        )
        return _refusal(trace.get("output") or "0x", str(trace.get("error", "")))

    def send_raw(self, raw: bytes) -> str:
        """Broadcast a signed transaction; any error but success means: possibly sent."""
        sent: str = self.rpc.request("eth_sendRawTransaction", _hex(raw))
        return sent

    def send_many(
        self, raws: Sequence[bytes], *, everywhere: bool = False
    ) -> list[str | ChainError]:
        """Broadcast several signed transactions in one request; never raises for one of them.

        What a node does not take is handed to the next; with `everywhere`, all to every node.
        """
        calls = [("eth_sendRawTransaction", (_hex(raw),)) for raw in raws]
        if isinstance(self.rpc, Endpoints):
            hashes = [transaction_hash(raw) for raw in raws]
            return self.rpc.broadcast(calls, hashes, everywhere=everywhere)
        return self.rpc.batch(calls)

    def receipt(self, tx_hash: str) -> Receipt | None:
        """Return the receipt of a mined transaction, or None."""
        return self.receipts_of([tx_hash])[0]

    def receipts_of(self, tx_hashes: Sequence[str]) -> list[Receipt | None]:
        """Return the receipts of several transactions in one request."""
        calls = [("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in tx_hashes]
        return [_receipt(found) if found else None for found in self.rpc.batch_strict(calls)]

    def receipts(self, block: int, only: Collection[str] | None = None) -> list[Receipt]:
        """Return the receipts of a whole block, or of those transactions in it.

        Raises `ChainRejected` where the node does not have them all (yet).
        """
        found = self.rpc.request("eth_getBlockReceipts", hex(block))
        if found is None:
            return self._receipts_one_by_one(block, only)
        return [
            _receipt(receipt)
            for receipt in found
            if only is None or receipt["transactionHash"] in only
        ]

    def _receipts_one_by_one(self, block: int, only: Collection[str] | None) -> list[Receipt]:
        """Ask for each: some nodes have receipts of a block that they do not have together."""
        held = self.rpc.request("eth_getBlockByNumber", hex(block), False)
        hashes = held["transactions"] if held else []
        receipts = self.receipts_of([each for each in hashes if only is None or each in only])
        if held is None or None in receipts:
            raise ChainRejected(0, f"it has no receipts of block {block}")
        return [receipt for receipt in receipts if receipt is not None]

    def logs(self, from_block: int, to_block: int, addresses: Sequence[str]) -> list[Log]:
        """Return the logs of these addresses in a range of blocks, in order."""
        found = self.rpc.request(
            "eth_getLogs",
            {
                "fromBlock": hex(from_block),
                "toBlock": hex(to_block),
                "address": list(addresses),
            },
        )
        return [_log(log) for log in found]

    def logs_of_blocks(self, hashes: Sequence[str]) -> list[list[Log]]:
        """Return all logs, whoever emitted them, of blocks given by hash; a list for each block.

        A node that does not have one of the blocks answers with an error, never with nothing.
        """
        calls = [("eth_getLogs", ({"blockHash": block_hash},)) for block_hash in hashes]
        return [[_log(log) for log in found] for found in self.rpc.batch_strict(calls)]

    def inputs_of(self, tx_hashes: Sequence[str]) -> list[bytes]:
        """Return the calldata of several mined transactions in one request."""
        calls = [("eth_getTransactionByHash", (tx_hash,)) for tx_hash in tx_hashes]
        found = self.rpc.batch_strict(calls)
        if None in found:
            raise ChainRejected(0, "it does not know a transaction that it gave an event of")
        return [_bytes(transaction["input"]) for transaction in found]

    def fees(self) -> Fees:
        """Return fee caps that hold while the base fee doubles."""
        return self._market(self.rpc.batch(ASKED))

    def fees_and_nonce(self, address: str) -> tuple[Fees, int]:
        """Return fee caps, and how many of an account's transactions are mined, in one request."""
        count_of = ("eth_getTransactionCount", (address, "latest"))
        count, *asked = self.rpc.batch([count_of, *ASKED])
        return self._market(asked), int(strict([count])[0], 16)

    def _market(self, answers: Sequence[Any]) -> Fees:
        (latest,) = strict([answers[0]])
        return market_fees(latest, answers[1])

    def trace(self, tx_hash: str, *, diff: bool = False) -> dict[str, Any]:
        """Return the prestate trace of a mined transaction: all touched, or what changed."""
        return self.traces([tx_hash], diff=diff)[0]

    def traces(self, tx_hashes: Sequence[str], *, diff: bool = False) -> list[dict[str, Any]]:
        """Return the prestate traces of several transactions in one request."""
        tracer = {
            "tracer": "prestateTracer",
            "tracerConfig": {"diffMode": diff, "disableCode": True},
        }
        return self.rpc.batch_strict(
            [("debug_traceTransaction", (tx_hash, tracer)) for tx_hash in tx_hashes]
        )


def connect(rpc_url: str, deployment: Deployment | None = None) -> Chain:
    """Return the chain behind a node; one connection for each process, so safe after a fork."""
    if deployment is not None:
        return Chain(rpc_url, deployment)
    return _connect(rpc_url, os.getpid())


@lru_cache(maxsize=4)
def _connect(rpc_url: str, process_id: int) -> Chain:
    return Chain(rpc_url)


def transaction_hash(raw: bytes) -> str:
    """Return the hash by which the chain knows a signed transaction."""
    return _hex(keccak(raw))


def _block_id(block: BlockId) -> str:
    return hex(block) if isinstance(block, int) else block


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _block(found: Mapping[str, Any]) -> Block:
    return Block(
        number=int(found["number"], 16),
        hash=found["hash"],
        parent_hash=found["parentHash"],
        timestamp=int(found["timestamp"], 16),
        logs_bloom=int(found["logsBloom"], 16),
        gas_used=int(found["gasUsed"], 16),
    )


def _simulated(result: Mapping[str, Any]) -> int | CallReverted:
    if int(result["status"], 16) == 1:
        return int(result["gasUsed"], 16)
    error = result.get("error") or {}
    return _refusal(result.get("returnData") or "0x", str(error.get("message", "")))


def _refusal(output: str, message: str) -> CallReverted:
    """Return the contract's own error, or what the machine said when there is none."""
    if output == "0x" and message:
        return CallReverted("ExecutionFailed", {"message": message})
    return abi.decode_revert(_bytes(output))


def _receipt(found: Mapping[str, Any]) -> Receipt:
    created = found.get("contractAddress")
    return Receipt(
        tx_hash=found["transactionHash"],
        block_number=int(found["blockNumber"], 16),
        block_hash=found["blockHash"],
        succeeded=int(found["status"], 16) == 1,
        gas_used=int(found["gasUsed"], 16),
        logs=tuple(map(_log, found["logs"])),
        contract_address=abi.checksum(created) if created else None,
    )


def _log(found: Mapping[str, Any]) -> Log:
    return Log(
        address=abi.checksum(found["address"]),
        topics=tuple(map(_bytes, found["topics"])),
        data=_bytes(found["data"]),
        block_number=int(found["blockNumber"], 16),
        block_hash=found["blockHash"],
        tx_hash=found["transactionHash"],
        log_index=int(found["logIndex"], 16),
    )
