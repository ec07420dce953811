"""How many blocks to ask for at once: as many as a node gives in good time."""

LARGEST = 2_000
_TARGET_S = 2.0


def widened(window: int, *, took_s: float) -> int:
    """Return the next window, blocks, after one that took so long: at most doubled or halved."""
    wanted = int(window * _TARGET_S / max(took_s, 0.001))
    return max(1, min(wanted, window * 2, LARGEST), window // 2)


def narrowed(window: int) -> int:
    """Return the next window, blocks, after a node refused one or gave no answer."""
    return max(1, window // 4)
