"""A chain with a test token on it, and a deployment record that names it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.stack import rpc
from contracts.abi import encode_creation
from contracts.client import Chain
from contracts.deployment import created_address, fund
from contracts.deployment_record import Deployment
from contracts.wallet import LocalWallet, development_wallet, development_wallets
from tests import servers

MNEMONIC = settings.RELAYER_MNEMONIC
HOLDER = "0x00000000000000000000000000000000000000A1"
LANES = 2


@pytest.fixture
def anvil_snapshot(worker_id: str) -> Iterator[str]:
    """A chain for each test: anvil may lose a block that came again after a reverted one."""
    node = servers.chain(f"{worker_id}-settlement")
    node.use()
    yield node.url
    node.release()


@pytest.fixture
def chain(anvil_snapshot: str) -> Iterator[Chain]:
    """A chain that mines only when the test says so."""
    rpc.call(anvil_snapshot, "evm_setAutomine", False)
    rpc.call(anvil_snapshot, "evm_setIntervalMining", 0)
    deployment = _deployment(Chain(anvil_snapshot))
    fund(Chain(anvil_snapshot), [wallet.address for wallet in lane_wallets()])
    deployment.save(Path(settings.DEPLOYMENT_FILE))
    yield Chain(anvil_snapshot, deployment)
    rpc.call(anvil_snapshot, "evm_setAutomine", True)


@pytest.fixture
def mine(chain: Chain) -> Callable[..., None]:
    """Mine some blocks."""

    def mine_blocks(count: int = 1) -> None:
        for _ in range(count):
            chain.rpc.request("evm_mine")

    return mine_blocks


def lane_wallets() -> list[LocalWallet]:
    return development_wallets(MNEMONIC, "lane", LANES)


def _deployment(chain: Chain) -> Deployment:
    deployer = development_wallet(MNEMONIC, "governor")
    nonce = chain.transaction_count(deployer.address, "latest")
    first_block = chain.head().number + 1
    _create(chain, deployer, nonce)
    genesis = chain.block(0)
    assert genesis is not None
    return Deployment(
        chain_id=31337,
        genesis_hash=genesis.hash,
        block=first_block,
        addresses={"TestStablecoin": created_address(deployer.address, nonce)},
        lanes=(HOLDER,) * LANES,
        parameters={},
    )


def _create(chain: Chain, deployer: LocalWallet, nonce: int) -> None:
    raw, tx_hash = deployer.sign_transaction(
        {
            "type": 2,
            "chainId": 31337,
            "nonce": nonce,
            "data": encode_creation("TestStablecoin", {}, ["Test Dollar", "tUSD"]),
            "value": 0,
            "gas": 3_000_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 1,
        }
    )
    chain.send_raw(raw)
    chain.rpc.request("evm_mine")
    receipt = chain.receipt(tx_hash)
    assert receipt is not None and receipt.succeeded
