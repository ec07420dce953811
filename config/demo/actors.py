"""The demo's people: each has a wallet of a development mnemonic and sends its own transactions."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from config.demo.waiting import DemoFailure
from contracts.client import Chain
from contracts.types import Receipt
from contracts.wallet import LocalWallet, development_wallets

GAS_LIMIT = 600_000
MINING_LIMIT_S = 60
POLL_S = 0.1
NATIVE_GIFT_WEI = 10**20
LENDERS, BIDDERS = 3, 4
# Verifiers by place: three for title and devices, three for appraisals, three for inspections.
FIRM_NAMES = (
    "Harbour Title", "Northgate Registry", "Sealed Deed Co", "Fairmont Appraisals", "Ledger & Lane",
    "Whitmore Valuers", "Plumb Line Inspections", "Second Look", "Ironwood Surveyors",
)  # fmt: skip
VERIFIERS = len(FIRM_NAMES)
FIRST_APPRAISER = 3


@dataclass(frozen=True)
class Call:
    """One transaction that an actor sends from its own wallet."""

    wallet: LocalWallet
    to: str
    data: bytes
    gas: int = GAS_LIMIT


class Cast:
    """Everyone on stage, by purpose. `owners` grows with the portfolio."""

    def __init__(self, *, mnemonic: str, owners: int) -> None:
        self.governor = development_wallets(mnemonic, "governor", 1)[0]
        self.reporters = development_wallets(mnemonic, "reporter", 7)
        self.verifiers = development_wallets(mnemonic, "verifier", VERIFIERS)
        self.lenders = development_wallets(mnemonic, "lender", LENDERS)
        self.bidders = development_wallets(mnemonic, "bidder", BIDDERS)
        self.owners = development_wallets(mnemonic, "owner", owners)
        self._by_address = {wallet.address: wallet for wallet in self.everyone()}

    def everyone(self) -> list[LocalWallet]:
        """Return all actors that send transactions."""
        return [self.governor, *self.verifiers, *self.lenders, *self.bidders, *self.owners]

    def wallet(self, address: str) -> LocalWallet:
        """Return the actor of that address."""
        return self._by_address[address]


def give_native(chain: Chain, wallets: Sequence[LocalWallet]) -> None:
    """Fill wallets with the local chain's coin, as a faucet would."""
    chain.rpc.batch_strict(
        [("anvil_setBalance", (wallet.address, hex(NATIVE_GIFT_WEI))) for wallet in wallets]
    )


def send_all(chain: Chain, calls: Sequence[Call]) -> list[Receipt]:
    """Send the actors' transactions and wait for all; a refused one ends the demo.

    Transactions of one wallet keep their order.
    """
    if not calls:
        return []
    nonces = _nonces(chain, calls)
    fees, chain_id = chain.fees(), chain.chain_id()
    raws, hashes = [], []
    for call in calls:
        raw, tx_hash = call.wallet.sign_transaction(
            {
                "chainId": chain_id,
                "nonce": nonces[call.wallet.address],
                "to": call.to,
                "data": call.data,
                "value": 0,
                "gas": call.gas,
                "maxFeePerGas": fees.max_fee_wei * 4,
                "maxPriorityFeePerGas": fees.priority_fee_wei,
                "type": 2,
            }
        )
        nonces[call.wallet.address] += 1
        raws.append(raw)
        hashes.append(tx_hash)
    for answer in chain.send_many(raws):
        if isinstance(answer, Exception):
            raise answer
    return _mined(chain, calls, hashes)


def _nonces(chain: Chain, calls: Sequence[Call]) -> dict[str, int]:
    addresses = sorted({call.wallet.address for call in calls})
    counts = chain.rpc.batch_strict(
        [("eth_getTransactionCount", (address, "pending")) for address in addresses]
    )
    return {address: int(count, 16) for address, count in zip(addresses, counts, strict=True)}


def _mined(chain: Chain, calls: Sequence[Call], hashes: Sequence[str]) -> list[Receipt]:
    deadline = time.monotonic() + MINING_LIMIT_S
    while True:
        # The last is mined late, so only then is it worth asking for all.
        if chain.receipt(hashes[-1]) is not None:
            receipts = [receipt for receipt in chain.receipts_of(hashes) if receipt is not None]
            if len(receipts) == len(hashes):
                break
        if time.monotonic() > deadline:
            raise DemoFailure("The local chain did not mine the actors' transactions in time.")
        time.sleep(POLL_S)
    for call, receipt in zip(calls, receipts, strict=True):
        if not receipt.succeeded:
            chain.simulate(call.to, call.data, call.wallet.address)
            raise DemoFailure(f"A transaction of {call.wallet.address} was refused on the chain.")
    return receipts
