"""The peer in the contention table: Morpho Blue from npm, compiled here and never shipped.

Its sources name an older compiler; which slots they touch does not depend on the compiler, so
ours compiles them. The licence (BUSL-1.1) allows measuring, and nothing of it is kept.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from benchmarks.errors import BenchFailed
from benchmarks.transactions import Call, Sender, account
from collateral.domain.keccak import keccak256
from config.paths import ROOT
from contracts.access import Access, access_sets
from contracts.client import Chain

PACKAGE = ROOT / "node_modules" / "@morpho-org" / "morpho-blue"
COMPILER = ROOT / "contracts" / "tools" / "solc"
BOOTSTRAP = ROOT / "scripts" / "bootstrap.py"
FIXED_COMPILER = re.compile(r"pragma solidity 0\.8\.19;")
WAD = 10**18
ORACLE_PRICE = 10**36
LLTV = 8 * WAD // 10
PARAMS = "(address,address,address,address,uint256)"
UNLIMITED = 2**256 - 1


def morpho_accesses(rpc_url: str, *, borrowers: int) -> list[Access]:
    """Return what repayments of different borrowers in one market touch, all in one block."""
    chain = Chain(rpc_url)
    market = MorphoMarket(chain)
    names = [account(f"borrower {number}") for number in range(borrowers)]
    for name in names:
        market.borrow(name)
    receipts = market.sender.send_all([market.repayment(name) for name in names])
    return access_sets(chain, [receipt.tx_hash for receipt in receipts])


class MorphoMarket:
    """Morpho Blue with one market of its own mock tokens, oracle and rate model."""

    def __init__(self, chain: Chain) -> None:
        self.sender = Sender(chain)
        self.owner = account("owner of Morpho")
        self.code = compiled()
        loan, pledge = self._create("ERC20Mock"), self._create("ERC20Mock")
        oracle, rates = self._create("OracleMock"), self._create("IrmMock")
        self.loan, self.pledge = loan, pledge
        self.morpho = self._create("Morpho", encode(["address"], [self.owner]))
        self.params = (loan, pledge, oracle, rates, LLTV)
        self._send(self.owner, oracle, "setPrice(uint256)", ORACLE_PRICE)
        self._send(self.owner, self.morpho, "enableIrm(address)", rates)
        self._send(self.owner, self.morpho, "enableLltv(uint256)", LLTV)
        self._send(self.owner, self.morpho, f"createMarket({PARAMS})", self.params)
        self._fund(self.owner, loan)
        supply = f"supply({PARAMS},uint256,uint256,address,bytes)"
        self._send(self.owner, self.morpho, supply, self.params, 10**6 * WAD, 0, self.owner, b"")

    def borrow(self, borrower: str) -> None:
        """Pledge and borrow for a borrower, and let it approve repayments."""
        self._fund(borrower, self.pledge)
        self._fund(borrower, self.loan)
        pledge = f"supplyCollateral({PARAMS},uint256,address,bytes)"
        self._send(borrower, self.morpho, pledge, self.params, 100 * WAD, borrower, b"")
        borrow = f"borrow({PARAMS},uint256,uint256,address,address)"
        self._send(borrower, self.morpho, borrow, self.params, 50 * WAD, 0, borrower, borrower)

    def repayment(self, borrower: str) -> Call:
        """Return a partial repayment of the borrower's own debt."""
        repay = f"repay({PARAMS},uint256,uint256,address,bytes)"
        data = _calldata(repay, self.params, 10 * WAD, 0, borrower, b"")
        return Call(borrower, self.morpho, data)

    def _fund(self, holder: str, token: str) -> None:
        self._send(holder, token, "setBalance(address,uint256)", holder, 10**7 * WAD)
        self._send(holder, token, "approve(address,uint256)", self.morpho, UNLIMITED)

    def _send(self, sender: str, to: str, signature: str, *arguments: Any) -> None:
        self.sender.send(Call(sender, to, _calldata(signature, *arguments)))

    def _create(self, name: str, arguments: bytes = b"") -> str:
        receipt = self.sender.send(Call(self.owner, "", self.code[name] + arguments))
        if receipt.contract_address is None:
            raise BenchFailed(f"Morpho's {name} was not created.")
        return receipt.contract_address


def compiled() -> dict[str, bytes]:
    """Return the creation code of Morpho and its mocks by contract name."""
    _install()
    request = {
        "language": "Solidity",
        "sources": {
            str(path.relative_to(PACKAGE)): {"content": _source(path)}
            for path in sorted(PACKAGE.glob("src/**/*.sol"))
        },
        "settings": {
            "optimizer": {"enabled": True, "runs": 999_999},
            "outputSelection": {"*": {"*": ["evm.bytecode.object"]}},
        },
    }
    done = subprocess.run(
        [str(COMPILER), "--standard-json"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        name: bytes.fromhex(made["evm"]["bytecode"]["object"])
        for contracts in json.loads(done.stdout)["contracts"].values()
        for name, made in contracts.items()
        if made["evm"]["bytecode"]["object"]
    }


def _install() -> None:
    """Bring what only tests and measurements need, where it is not there yet."""
    if PACKAGE.is_dir():
        return
    done = subprocess.run([sys.executable, str(BOOTSTRAP), "--dev"], check=False)
    if done.returncode != 0 or not PACKAGE.is_dir():
        raise BenchFailed("Morpho Blue could not be installed from npm; see the lines above.")


def _source(path: Path) -> str:
    return FIXED_COMPILER.sub("pragma solidity ^0.8.19;", path.read_text())


def _calldata(signature: str, *arguments: Any) -> bytes:
    """Return calldata by a signature whose only nested type is the market's parameters."""
    inner = signature[signature.index("(") + 1 : -1]
    types = [kind.replace("*", PARAMS) for kind in inner.replace(PARAMS, "*").split(",")]
    return keccak256(signature.encode())[:4] + encode(types, arguments)
