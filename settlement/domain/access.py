"""What an operation touches, declared before it runs, and when two may not change places."""

from collections.abc import Iterable
from dataclasses import dataclass

# Keys are typed: ("loan", 7), ("lane", 2), ("token", token, party), ("asset", id), ("round",) ...
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """The keys that one operation reads, writes, and adds to; a key stands in one set only.

    Additions to one key may happen in any order; anything else on a key that another writes, and
    a read of what another adds to, must keep the order of arrival.
    """

    reads: frozenset[Key] = frozenset()
    writes: frozenset[Key] = frozenset()
    adds: frozenset[Key] = frozenset()

    @property
    def keys(self) -> frozenset[Key]:
        """All that is touched."""
        return self.reads | self.writes | self.adds

    def conflicts(self, other: "Declared") -> frozenset[Key]:
        """Return the keys for which the two must keep their order."""
        written = (self.writes & other.keys) | (self.keys & other.writes)
        return written | (self.adds & other.reads) | (self.reads & other.adds)


def declared(
    *, reads: Iterable[Key] = (), writes: Iterable[Key] = (), adds: Iterable[Key] = ()
) -> Declared:
    """Return the access with each key in its strongest set: a write, then an addition."""
    written, read = frozenset(writes), frozenset(reads)
    added = frozenset(adds) - written
    # What is read and added to may not be moved past other additions: as good as written.
    both = read & added
    return Declared(reads=read - written - added, writes=written | both, adds=added - both)


def text_of(key: Key) -> str:
    """Return a key as it is stored and shown, such as ``loan:7``."""
    return ":".join(map(str, key))


def key_of(text: str) -> Key:
    """Return the key of its text, the inverse of `text_of`."""
    name, *rest = text.split(":")
    return (name, *(int(part) if part.isdecimal() else part for part in rest))
