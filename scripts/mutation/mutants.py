"""Mutants of a source: every place where one small change would be a mistake."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]
SWAPPED = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "*",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "&&": "||",
    "||": "&&",
    "&": "|",
    "|": "&",
    "<<": ">>",
    ">>": "<<",
    "+=": "-=",
    "-=": "+=",
}
# Nothing that a test of ours calls depends on these.
SKIPPED = ("PragmaDirective", "ImportDirective", "UsingForDirective")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: bytes from `start` on, `length` of them, become `text`."""

    path: str
    line: int
    rule: str
    start: int
    length: int
    text: str

    def applied(self, source: bytes) -> str:
        """Return the source with the change."""
        end = self.start + self.length
        return (source[: self.start] + self.text.encode() + source[end:]).decode()

    def describe(self, source: bytes) -> str:
        """Say what changes, in one line."""
        before = source[self.start : self.start + self.length].decode()
        return f"{self.path}:{self.line} {self.rule}: {_short(before)} → {_short(self.text)}"


def mutants_of(path: str, source: bytes, tree: Node) -> list[Mutant]:
    """Return all mutants of a source in the order of their places."""
    found = [
        Mutant(path, source[:start].count(b"\n") + 1, rule, start, length, text)
        for node in nodes_of(tree)
        if (make := RULES.get(node["nodeType"])) is not None
        for rule, start, length, text in make(node, source)
    ]
    return sorted(set(found), key=lambda one: (one.start, one.length, one.rule, one.text))


Change = tuple[str, int, int, str]
Rule = Callable[[Node, bytes], Iterator[Change]]


def nodes_of(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        if node.get("nodeType") in SKIPPED:
            return
        if "nodeType" in node and "src" in node:
            yield node
        for inner in node.values():
            yield from nodes_of(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from nodes_of(inner)


def _span(node: Node) -> tuple[int, int]:
    start, length, _ = node["src"].split(":")
    return int(start), int(length)


def _operator(left: Node, right: Node, operator: str, source: bytes) -> Iterator[Change]:
    """Swap the operator that stands between two operands."""
    start = sum(_span(left))
    between = source[start : _span(right)[0]]
    at = between.find(operator.encode())
    if operator in SWAPPED and at >= 0:
        yield "operator", start + at, len(operator), SWAPPED[operator]


def _binary(node: Node, source: bytes) -> Iterator[Change]:
    yield from _operator(node["leftExpression"], node["rightExpression"], node["operator"], source)


def _assignment(node: Node, source: bytes) -> Iterator[Change]:
    yield from _operator(node["leftHandSide"], node["rightHandSide"], node["operator"], source)


def _unary(node: Node, source: bytes) -> Iterator[Change]:
    start, length = _span(node)
    inner = source[start : start + length].decode()
    if node["operator"] == "!":
        yield "negation", start, length, inner.replace("!", "", 1)
    if node["operator"] == "++":
        yield "operator", start, length, inner.replace("++", "--", 1)


def _if(node: Node, source: bytes) -> Iterator[Change]:
    start, length = _span(node["condition"])
    yield "condition", start, length, "true"
    yield "condition", start, length, "false"


def _conditional(node: Node, source: bytes) -> Iterator[Change]:
    start, length = _span(node)
    condition, yes, no = (
        source[_span(node[part])[0] : sum(_span(node[part]))].decode()
        for part in ("condition", "trueExpression", "falseExpression")
    )
    yield "branches", start, length, f"{condition} ? {no} : {yes}"


def _statement(node: Node, source: bytes) -> Iterator[Change]:
    """Leave a statement out; an empty block stands for it, also behind an `if`."""
    start, length = _span(node)
    ends = source[start + length : start + length + 1] == b";"
    yield "statement", start, length + ends, "{}"


def _literal(node: Node, source: bytes) -> Iterator[Change]:
    start, length = _span(node)
    text = source[start : start + length].decode()
    if node["kind"] == "number" and text.isdigit():
        yield "number", start, length, str(int(text) + 1)
    if node["kind"] == "bool":
        yield "bool", start, length, "false" if text == "true" else "true"


RULES: dict[str, Rule] = {
    "BinaryOperation": _binary,
    "Assignment": _assignment,
    "UnaryOperation": _unary,
    "IfStatement": _if,
    "Conditional": _conditional,
    "ExpressionStatement": _statement,
    "EmitStatement": _statement,
    "RevertStatement": _statement,
    "Literal": _literal,
}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return "nothing" if line == "{}" else f"`{line[:70]}`"
