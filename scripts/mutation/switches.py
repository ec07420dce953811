"""All mutants of a source at once, each behind a switch that linking sets.

The address of a library is unknown to the compiler, and any code may read it, also pure functions
and constants. So `uint160(address(Chosen)) == 49153 ? a - b : a + b` keeps both forms in the
bytecode, and writing 49153 where the address belongs makes the mutant: one compilation serves all.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from scripts.mutation.mutants import Mutant

Node = Mapping[str, Any]
LIBRARY = "Chosen"
SOURCE_NAME = f"{LIBRARY}.sol"
SOURCE = f"pragma solidity ^0.8.30;\nlibrary {LIBRARY} {{ function chosen() external {{}} }}\n"
IMPORT = f'\nimport {{{LIBRARY}}} from "{SOURCE_NAME}";\n'
# Numbers from here on need two bytes, so that one can be told from other constants in bytecode.
FIRST_NUMBER = 0xC001
EXPRESSIONS = {
    "Assignment",
    "BinaryOperation",
    "Conditional",
    "FunctionCall",
    "Identifier",
    "IndexAccess",
    "Literal",
    "MemberAccess",
    "TupleExpression",
    "UnaryOperation",
}
NO_VALUE = ("function ", "tuple(", "type(", "modifier ")
# What stands for the step of a `for` that is left out: a statement there must be an expression.
NO_EXPRESSION = "0"
CONSTANT = ("int_const", "rational_const")
INTEGER = re.compile(r"u?int\d+")
MARK = re.compile(rb"/\*([<>])(\d+)\*/")


@dataclass(frozen=True, slots=True)
class Place:
    """Bytes of a source that have two forms, and the type that a number of no type needs there."""

    start: int
    length: int
    cast: str = ""
    is_statement: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A mutant with its number, and the place at which the choice is made."""

    number: int
    mutant: Mutant
    place: Place

    def around(self, inner: bytes, source: bytes) -> bytes:
        """Return the code that does as `inner` unless this mutant is chosen."""
        begin, end = b"/*<%d*/" % self.number, b"/*>%d*/" % self.number
        chosen = f"uint160(address({LIBRARY})) == {self.number}".encode()
        if self.place.is_statement:
            return b"%s{ if (!(%s)) { %s } }%s" % (begin, chosen, inner, end)
        before, after = self.mutant.start, self.mutant.start + self.mutant.length
        mutated = (
            source[self.place.start : before]
            + (NO_EXPRESSION if self.mutant.rule == "statement" else self.mutant.text).encode()
            + source[after : self.place.start + self.place.length]
        )
        cast = self.place.cast.encode()
        return b"%s%s(%s ? (%s) : (%s))%s" % (begin, cast, chosen, mutated, inner, end)


def places_of(tree: Node, mutant: Mutant, source: bytes) -> list[Place]:
    """Return where a mutant can be switched, the smallest place first; none if nowhere."""
    if mutant.rule == "statement":
        ends = source[: mutant.start + mutant.length].endswith(b";")
        return [Place(mutant.start, mutant.length, is_statement=ends)]
    around = [node for node in nodes_around(tree, mutant) if node["nodeType"] in EXPRESSIONS]
    pairs = pairwise([*reversed(around), None])
    return [_place(node, outer) for node, outer in pairs if node and _has_value(node, outer)]


def nodes_around(tree: Any, mutant: Mutant) -> list[Node]:
    """Return the nodes that contain a mutant, the outermost first."""
    found: list[Node] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if "nodeType" in node and "src" in node:
                start, length, _ = map(int, node["src"].split(":"))
                if start > mutant.start or start + length < mutant.start + mutant.length:
                    continue
                found.append(node)
            waiting += node.values()
    return sorted(found, key=lambda node: -int(node["src"].split(":")[1]))


def _type(node: Node) -> str:
    return str(node["typeDescriptions"].get("typeString") or "")


def _has_value(node: Node, outer: Node | None) -> bool:
    """Tell whether a choice may stand in place of an expression."""
    if _type(node).startswith(NO_VALUE) or node.get("lValueRequested"):
        return False
    # A part of a number is no place: its type would be chosen too early.
    return not (_type(node).startswith(CONSTANT) and outer and _type(outer).startswith(CONSTANT))


def _place(node: Node, outer: Node | None) -> Place:
    start, length, _ = map(int, node["src"].split(":"))
    return Place(start, length, _cast(node, outer))


def _cast(node: Node, outer: Node | None) -> str:
    """Return the type that a number takes from the other operand."""
    if not (_type(node).startswith(CONSTANT) and outer and outer["nodeType"] == "BinaryOperation"):
        return ""
    is_distance = outer["rightExpression"] is node and outer["operator"] in ("<<", ">>", "**")
    wanted = str(outer["commonType"]["typeString"])
    return wanted if not is_distance and INTEGER.fullmatch(wanted) else ""


class Wrap(Protocol):
    """Something that is put around a place of a source."""

    place: Place

    def around(self, inner: bytes, source: bytes) -> bytes:
        """Return the code that stands for `inner`, which is the place with what is put in it."""


def rendered(source: bytes, switches: Iterable[Wrap], imported: str = IMPORT) -> bytes:
    """Return a source with all switches in it."""
    at: dict[tuple[int, int], list[Wrap]] = defaultdict(list)
    for switch in switches:
        at[switch.place.start, switch.place.length].append(switch)
    spans = sorted(at, key=lambda span: (span[0], -span[1]))
    body, rest = _render(source, spans, at, 0, len(source))
    assert not rest
    return body + imported.encode()


def _render(
    source: bytes,
    spans: list[tuple[int, int]],
    at: Mapping[tuple[int, int], list[Wrap]],
    start: int,
    end: int,
) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the bytes of a range with the first of the spans in it, and the spans behind it."""
    made = b""
    while spans and spans[0][0] < end:
        (begin, length), *spans = spans
        inner, spans = _render(source, spans, at, begin, begin + length)
        for switch in at[begin, length]:
            inner = switch.around(inner, source)
        made += source[start:begin] + inner
        start = begin + length
    return made + source[start:end], spans


def blamed(text: bytes, start: int, end: int) -> set[int]:
    """Return the innermost switch around an error of the compiler, or all that lie in its range."""
    opened: list[int] = []
    inside: set[int] = set()
    for mark in MARK.finditer(text):
        if mark.start() > start and opened:
            return {opened[-1]}
        if mark.start() > end:
            break
        if mark.start() > start:
            inside.add(int(mark.group(2)))
        elif mark.group(1) == b"<":
            opened.append(int(mark.group(2)))
        else:
            opened.pop()
    return inside


def end_of_function(text: bytes, start: int) -> int:
    """Return where the function around a place ends, as sources are formatted here."""
    return text.find(b"\n    }\n", start)
