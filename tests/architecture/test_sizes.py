"""Sizes and shapes that keep the sources readable."""

import ast
from collections.abc import Iterable
from pathlib import Path

from config.paths import ROOT
from tests.architecture.source import Function, modules

FILE_LINES = 400
CORE_CONTRACT_LINES = 600
FUNCTION_LINES = 50
LINE_LENGTH = 100
CORE_CONTRACT = "LoanBook.sol"
# Another project's sources, kept as they are.
COPIED = "eas"


def test_a_file_is_short() -> None:
    lengths = {module.name: len(module.text.splitlines()) for module in modules()}

    assert lengths
    assert {name: n for name, n in lengths.items() if n > FILE_LINES} == {}


def test_a_line_is_short() -> None:
    too_long = [
        f"{module.name}:{number}"
        for module in modules()
        for number, line in enumerate(module.text.splitlines(), 1)
        if len(line) > LINE_LENGTH
    ]

    assert too_long == []


def test_a_function_is_short() -> None:
    too_long = [
        f"{module.name}:{function.name}"
        for module in modules()
        for function in module.functions()
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    ]

    assert too_long == []


def test_no_function_holds_an_import() -> None:
    hidden = [
        f"{module.name}:{function.name}"
        for module in modules()
        for function in module.functions()
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]

    assert hidden == []


def test_every_function_is_annotated() -> None:
    bare = [
        f"{module.name}:{function.name}"
        for module in modules()
        for function in module.functions()
        if not is_annotated(function)
    ]

    assert bare == []


def is_annotated(function: Function) -> bool:
    """Tell whether the result and each argument but self have a type."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return function.returns is not None and all(
        argument.annotation or argument.arg in ("self", "cls") for argument in arguments
    )


def solidity_sources() -> list[Path]:
    """Return the contracts' own sources."""
    found = sorted((ROOT / "contracts" / "src").rglob("*.sol"))
    return [path for path in found if COPIED not in path.parts]


def test_a_solidity_file_is_short() -> None:
    sources = solidity_sources()

    too_long = [
        path.name
        for path in sources
        if len(path.read_text().splitlines())
        > (CORE_CONTRACT_LINES if path.name == CORE_CONTRACT else FILE_LINES)
    ]

    assert sources
    assert too_long == []


def natspec_percent(paths: Iterable[Path]) -> float:
    """Return the lines of NatSpec for a hundred lines of code; imports are none."""
    lines = [line.strip() for path in paths for line in path.read_text().splitlines()]
    natspec = sum(line.startswith("///") for line in lines)
    code = sum(bool(line) and not line.startswith(("//", "import ", "pragma ")) for line in lines)
    return 100 * natspec / code


def test_the_contracts_and_their_core_are_explained() -> None:
    sources = solidity_sources()
    core = [path for path in sources if path.name == CORE_CONTRACT]

    assert 35 <= natspec_percent(sources) <= 60
    assert 35 <= natspec_percent(core) <= 60
