"""What kinds of chains allow: one profile for each, chosen by CHAIN_PROFILE."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

ETHER_WEI = 10**18
GWEI = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One chain's rules. Gas in units, intervals in milliseconds, fees and balances in wei."""

    name: str
    transaction_gas: int
    block_gas: int
    block_interval_ms: int
    # How many transactions of one key the nodes keep at once.
    in_flight: int
    # A replacement raises both caps by at least so much, or nodes refuse it.
    replacement_percent: int
    # Blocks on top of one until it is taken as final, unless CHAIN_CONFIRMATIONS says otherwise.
    finality_blocks: int
    # The chain takes the price of the limit, not of what was used.
    charges_limit: bool = False
    # A key that holds less may have one transaction on its way, and the chain drops others.
    reserve_balance_wei: int = 0
    # Above this nothing new is sent: it waits until the base fee has come down.
    most_fee_wei: int = 500 * GWEI

    @property
    def batch_gas(self) -> int:
        """Gas a batch may plan with: nine tenths of a transaction, and a quarter of a block."""
        return min(self.transaction_gas * 9 // 10, self.block_gas // 4)

    @property
    def call_margin_percent(self) -> int:
        """Gas that a call is given beyond its simulation; thin where the limit is what is paid."""
        return 2 if self.charges_limit else 5

    @property
    def batch_margin_percent(self) -> int:
        """Gas that a batch is given beyond what receipts of others say."""
        return 1 if self.charges_limit else 3

    def with_blocks(self, gas: int) -> "Profile":
        """Return the same rules with blocks of another size."""
        return replace(self, block_gas=gas)


TX_CAP = 1 << 24
PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="local",
            transaction_gas=TX_CAP,
            block_gas=240_000_000,
            block_interval_ms=250,
            in_flight=48,
            replacement_percent=10,
            finality_blocks=1,
        ),
        Profile(
            name="ethereum",
            transaction_gas=TX_CAP,
            block_gas=60_000_000,
            block_interval_ms=12_000,
            in_flight=16,
            replacement_percent=10,
            finality_blocks=64,
        ),
        Profile(
            name="op_stack",
            transaction_gas=TX_CAP,
            block_gas=60_000_000,
            block_interval_ms=2_000,
            in_flight=16,
            replacement_percent=10,
            finality_blocks=30,
        ),
        # No global mempool, and the gas limit is paid: tight limits are money there.
        Profile(
            name="monad",
            transaction_gas=30_000_000,
            block_gas=150_000_000,
            block_interval_ms=400,
            in_flight=16,
            replacement_percent=10,
            finality_blocks=2,
            charges_limit=True,
            reserve_balance_wei=10 * ETHER_WEI,
        ),
        Profile(
            name="sei",
            transaction_gas=10_000_000,
            block_gas=100_000_000,
            block_interval_ms=400,
            in_flight=16,
            replacement_percent=10,
            finality_blocks=1,
        ),
    )
}
