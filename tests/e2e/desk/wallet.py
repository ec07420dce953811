"""A wallet in the page (EIP-1193, announced by EIP-6963) whose key stays in the test."""

import json

from contracts.client import Chain
from contracts.errors import ChainError
from contracts.wallet import LocalWallet

GAS = 1_000_000
DECLINED = 4001
SCRIPT = """
(() => {
  const provider = {
    async request({ method, params = [] }) {
      const answer = JSON.parse(await window.askTestWallet(JSON.stringify({ method, params })));
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on() {},
    removeListener() {},
  };
  const info = { uuid: "0b0d1f3e-test", name: "Test Wallet", rdns: "test.wallet", icon: "data:," };
  const announce = () => window.dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
"""


class TestWallet:
    """Answers what a page asks of a wallet; keeps the methods asked, and declines on demand."""

    __test__ = False

    def __init__(self, key: LocalWallet, chain: Chain, chain_id: int = 31_337) -> None:
        self.key, self.chain, self.chain_id = key, chain, chain_id
        self.asked: list[str] = []
        self.declines = False

    def inject(self, context) -> None:
        """Put the wallet into every page of a browser context."""
        context.expose_function("askTestWallet", self.answer)
        context.add_init_script(SCRIPT)

    def answer(self, text: str) -> str:
        """Return the JSON answer to one request."""
        asked = json.loads(text)
        self.asked.append(asked["method"])
        if self.declines:
            error = {"code": DECLINED, "message": "User rejected the request."}
            return json.dumps({"error": error})
        try:
            return json.dumps({"result": self._result(asked["method"], asked["params"])})
        except ChainError as error:
            return json.dumps({"error": {"code": -32_000, "message": str(error)}})

    def _result(self, method, params):
        if method == "eth_requestAccounts":
            return [self.key.address]
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "personal_sign":
            return "0x" + self.key.sign_text(bytes.fromhex(params[0][2:]).decode()).hex()
        if method == "eth_signTypedData_v4":
            return "0x" + self.key.sign_typed_data(json.loads(params[1])).hex()
        if method == "eth_sendTransaction":
            return self._send(params[0])
        return self.chain.rpc.request(method, *params)

    def _send(self, transaction):
        raw, tx_hash = self.key.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain_id,
                "nonce": self.chain.transaction_count(self.key.address),
                "to": transaction["to"],
                "data": bytes.fromhex(transaction["data"][2:]),
                "value": 0,
                "gas": GAS,
                "maxFeePerGas": 10**11,
                "maxPriorityFeePerGas": 1,
            }
        )
        self.chain.send_raw(raw)
        return tx_hash
