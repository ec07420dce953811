"""Each fault of the list has a test that says so."""

import ast
import re
from pathlib import Path

from config.paths import ROOT

ROW = re.compile(r"^\| (\d+) \|", re.MULTILINE)


def listed() -> list[int]:
    return [int(number) for number in ROW.findall((ROOT / "docs" / "faults.md").read_text())]


def proven(path: Path) -> set[int]:
    """Return the numbers in the marks `fault(...)` of a file's tests."""
    marks = [
        decorator
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.fault"
    ]
    return {ast.literal_eval(number) for mark in marks for number in mark.args}


def test_every_fault_of_the_list_is_proven_and_none_is_unlisted() -> None:
    numbers = set().union(*(proven(path) for path in (ROOT / "tests").rglob("test_*.py")))

    assert listed() == list(range(1, 33))
    assert numbers == set(listed())
