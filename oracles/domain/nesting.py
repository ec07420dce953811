"""How deep JSON may be nested: a parser can break the whole process before it complains."""

import re

_BRACKETS = re.compile(rb"[\[\]{}]")


def nests_deeper(content: bytes, most: int) -> bool:
    """Return whether brackets are nested deeper than ``most``; those within texts count too."""
    depth = 0
    for bracket in _BRACKETS.finditer(content):
        depth += 1 if bracket.group() in (b"[", b"{") else -1
        if depth > most:
            return True
    return False
