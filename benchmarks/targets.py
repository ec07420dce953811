"""What each figure is held against: the best peer that was measured, and our target."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the gas table. ``stretch`` is 0 where there is none."""

    key: str
    words: str
    peer: str
    limit: int
    stretch: int = 0


GAS_TARGETS = (
    Target("repay", "Instalment repay", "Morpho 80,910; USD.AI 88,923", 55_000),
    Target("borrow", "Borrow", "USD.AI 275,814", 200_000, 175_000),
    Target(
        "settle_distinct_per_op",
        "Settle 200 collects on 200 loans, each",
        "15,000 to 80,000",
        7_000,
        6_300,
    ),
    Target("settle_grouped_per_op", "Settle 200 collects on 20 loans, each", "none", 2_000, 1_600),
    # Reported apart: the target is for two loans to a slot, which rule D1 leaves no room for
    # (docs/decisions/0001); ours lie side by side in a slot each.
    Target(
        "settle_side_by_side_per_op",
        "The same on 200 loans side by side, a slot each",
        "15,000 to 80,000",
        5_000,
    ),
    Target("publish_root", "Root of a round, 5 of 7 signers", "Scribe 68,944", 62_500, 61_000),
    Target("call", "Call with both proofs", "MetaStreet < 195,000", 110_000),
    Target("open_auction", "Open an auction", "MetaStreet < 195,000", 120_000),
    Target("buy_lot", "Buy a lot", "MetaStreet < 195,000", 150_000),
    Target("mint_3_attestations", "Mint with 3 attestations", "EAS 297,415 for each", 200_000),
)
SPEEDUP_TARGETS = {"ideal_speedup_16": 15, "ideal_speedup_64": 60}
