"""The plain way to send with web3.py, one transaction at a time: what benches measure against."""

from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3

from contracts.wallet import LocalWallet


class PlainSender:
    """web3.py at its best: gas, fees and nonce are given, and the node is asked often."""

    def __init__(self, rpc_url: str, wallet: LocalWallet, *, poll_s: float) -> None:
        self._web3 = Web3(HTTPProvider(rpc_url))
        self._account: LocalAccount = Account.from_key(wallet.key)
        self._poll_s = poll_s
        address = self._account.address
        self._nonce = int(self._web3.eth.get_transaction_count(address))
        self._chain_id = self._web3.eth.chain_id

    def send(self, to: str, data: bytes, *, gas: int, max_fee_wei: int) -> bool:
        """Sign, send and wait for the receipt; return whether the transaction succeeded."""
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._chain_id,
            "nonce": self._nonce,
            "to": to,
            "data": data,
            "value": 0,
            "gas": gas,
            "maxFeePerGas": max_fee_wei,
            "maxPriorityFeePerGas": 0,
        }
        signed = self._account.sign_transaction(fields)
        sent = self._web3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = self._web3.eth.wait_for_transaction_receipt(sent, poll_latency=self._poll_s)
        self._nonce += 1
        return receipt["status"] == 1
