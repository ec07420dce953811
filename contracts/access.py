"""Which storage and accounts our transactions touched on the chain, from prestate traces."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.client import Chain
from contracts.domain.conflicts import Access, SpeedUp, ideal_speedup
from contracts.errors import ChainRejected

__all__ = ["Access", "SpeedUp", "access_sets", "ideal_speedup"]

TRACES_PER_REQUEST = 20
# Parts of an account beside its storage: who makes a contract counts it in its own nonce.
ACCOUNT_FIELDS = ("balance", "nonce", "code")


def access_sets(chain: Chain, tx_hashes: Sequence[str]) -> list[Access]:
    """Return what each transaction read and wrote, in the order given: slots of storage, and
    balance, nonce and code of accounts.

    Balances and nonces of senders and of the block's beneficiary are left out: every chain
    that runs transactions in parallel handles these by itself.
    """
    accesses: list[Access] = []
    for start in range(0, len(tx_hashes), TRACES_PER_REQUEST):
        accesses += _some_access_sets(chain, tx_hashes[start : start + TRACES_PER_REQUEST])
    return accesses


def _some_access_sets(chain: Chain, tx_hashes: Sequence[str]) -> list[Access]:
    touched = chain.traces(tx_hashes)
    changed = chain.traces(tx_hashes, diff=True)
    receipts = chain.receipts_of(tx_hashes)
    ignored = _ignored(chain, tx_hashes)
    accesses = []
    for index, (before, diff, receipt) in enumerate(zip(touched, changed, receipts, strict=True)):
        if receipt is None:
            raise ChainRejected(0, f"it has no receipt of {tx_hashes[index]}")
        writes = _written(diff, ignored)
        reads = frozenset(_keys(before, ignored)) - writes
        accesses.append(Access(reads=reads, writes=writes, gas=receipt.gas_used))
    return accesses


def _ignored(chain: Chain, tx_hashes: Sequence[str]) -> frozenset[str]:
    """Return the senders and beneficiaries, whose balances and nonces do not count."""
    found = chain.rpc.batch_strict([("eth_getTransactionByHash", (hash_,)) for hash_ in tx_hashes])
    numbers = sorted({transaction["blockNumber"] for transaction in found})
    blocks = chain.rpc.batch_strict(
        [("eth_getBlockByNumber", (number, False)) for number in numbers]
    )
    senders = {transaction["from"].lower() for transaction in found}
    return frozenset(senders | {block["miner"].lower() for block in blocks})


def _keys(accounts: Mapping[str, Any], ignored: frozenset[str]) -> set[str]:
    """Return the keys of all storage and account fields in a prestate."""
    keys: set[str] = set()
    for address, account in accounts.items():
        keys.update(f"{address.lower()}:{slot}" for slot in account.get("storage", {}))
        if address.lower() not in ignored:
            keys.update(f"{address.lower()}:{part}" for part in ACCOUNT_FIELDS if part in account)
    return keys


def _written(diff: Mapping[str, Any], ignored: frozenset[str]) -> frozenset[str]:
    """Return the keys that changed: a slot set to zero is only in `pre`."""
    after = diff.get("post", {})
    slots = {
        f"{address.lower()}:{slot}"
        for address, account in diff.get("pre", {}).items()
        for slot in account.get("storage", {})
    }
    return frozenset(slots | _keys(after, ignored))
