"""How many blocks to read at once: as many as a node and the database take in good time."""

from collections.abc import Sequence

LARGEST = 2_000
# What is in a block costs gas: so much is some 30,000 events, or 250,000 settled words.
GAS_AT_ONCE = 1_000_000_000
_TARGET_S = 2.0


def within_gas(gas_used: Sequence[int]) -> int:
    """Return how many of these blocks make one step, by the gas used in each; at least one."""
    total = 0
    for place, gas in enumerate(gas_used):
        total += gas
        if total > GAS_AT_ONCE:
            return max(place, 1)
    return len(gas_used)


def widened(window: int, *, took_s: float) -> int:
    """Return the next window, blocks, after one that took so long: at most doubled or halved."""
    wanted = int(window * _TARGET_S / max(took_s, 0.001))
    return max(1, min(wanted, window * 2, LARGEST), window // 2)


def narrowed(window: int) -> int:
    """Return the next window, blocks, after a node refused one or gave no answer."""
    return max(1, window // 4)
