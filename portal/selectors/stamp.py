"""How fresh a page is: the chain's time that it shows, and how far the reader is behind."""

from dataclasses import dataclass

from portal.domain.formatting import counted, span

STALE_BLOCKS = 20
STALE_S = 30


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """The moment a page speaks of.

    ``chain_time`` is the newest block read, unix seconds, 0 before the first one.
    ``idle_s`` counts seconds on the wall clock since the reader last moved, None when unknown.
    """

    chain_time: int
    block_number: int
    blocks_behind: int
    idle_s: int | None

    @property
    def is_stale(self) -> bool:
        """Whether a reader should be told that the figures may be old."""
        if not self.chain_time:
            return False
        return self.blocks_behind >= STALE_BLOCKS or (self.idle_s or 0) >= STALE_S

    @property
    def behind_words(self) -> str:
        """How far behind the reader is, in words."""
        if self.blocks_behind:
            return f"reader {counted(self.blocks_behind, 'block')} behind"
        return f"no new block for {span(self.idle_s or 0)}"
