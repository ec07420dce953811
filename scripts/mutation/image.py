"""The contracts' bytecode with every mutant in it, of which one can be chosen by linking."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.mutation.compiler import PARTS, ROOT, CompileError, Compiler, sources
from scripts.mutation.mutants import Mutant
from scripts.mutation.switches import (
    FIRST_NUMBER,
    SOURCE,
    SOURCE_NAME,
    Place,
    Switch,
    blamed,
    end_of_function,
    places_of,
    rendered,
)

NO_MUTANT = 0
HEX_DIGITS_OF_ADDRESS = 40
Unit = tuple[str, str]  # the path of a source, and the contract in it that is deployed


@dataclass(frozen=True, slots=True)
class Image:
    """Creation and deployed code of one contract; linking the switch to a number makes a mutant."""

    parts: Mapping[str, Mapping[str, Any]]
    placeholder: str

    def carries(self, number: int) -> bool:
        """Tell whether the contract has code in which this mutant differs."""
        return re.search(f"61{number:04x}", self.parts["bytecode"]["object"]) is not None

    def choose(self, number: int) -> dict[str, Any]:
        """Return ``bytecode`` and ``deployedBytecode`` with one mutant in force."""
        address = f"{number:0{HEX_DIGITS_OF_ADDRESS}x}"
        return {
            name: {
                "object": part["object"].replace(self.placeholder, address),
                "linkReferences": {
                    path: links
                    for path, links in part["linkReferences"].items()
                    if path != SOURCE_NAME
                },
            }
            for name, part in self.parts.items()
        }


class Images:
    """Compiles all mutants at once, each at the smallest place that has a type for it."""

    def __init__(self, compiler: Compiler, trees: Mapping[str, Any]) -> None:
        self._compiler = compiler
        self._trees = trees
        self._sources = {path: (ROOT / path).read_bytes() for path in trees}

    def make(
        self, mutants: Sequence[Mutant], units: Sequence[Unit]
    ) -> tuple[dict[Unit, Image], set[int]]:
        """Return the images of all contracts that a mutant may change, and who has a switch."""
        places = {
            FIRST_NUMBER + index: places_of(
                self._trees[mutant.path], mutant, self._sources[mutant.path]
            )
            for index, mutant in enumerate(mutants)
        }
        while True:
            switches = [
                Switch(number, mutants[number - FIRST_NUMBER], left[0])
                for number, left in places.items()
                if left
            ]
            texts = self._rendered(switches)
            try:
                return self._compiled(texts, units), {one.number for one in switches}
            except CompileError as error:
                _give_way(error, texts, places)

    def _rendered(self, switches: Sequence[Switch]) -> dict[str, bytes]:
        paths = {switch.mutant.path for switch in switches}
        return {
            path: rendered(
                self._sources[path], [one for one in switches if one.mutant.path == path]
            )
            for path in sorted(paths)
        }

    def _compiled(self, texts: Mapping[str, bytes], units: Sequence[Unit]) -> dict[Unit, Image]:
        changed = {path: text.decode() for path, text in texts.items()} | {SOURCE_NAME: SOURCE}
        self._compiler.check(texts, changed)
        touched = [unit for unit in units if not texts.keys().isdisjoint(sources([unit[0]], {}))]
        made = {unit: self._compiler.bytecode(*unit, changed) for unit in touched}
        return {unit: _image(machine) for unit, machine in made.items() if _switched(machine)}


def _give_way(
    error: CompileError, texts: Mapping[str, bytes], places: Mapping[int, list[Place]]
) -> None:
    """Move the mutants that an error speaks of to their next place; none is left without one."""
    ours = [place for place in error.places if place[0] in texts]
    numbers = {number for path, *span in ours for number in blamed(texts[path], *span)}
    if not numbers:
        # A variable that is not set on every way: the error stands where it is declared.
        numbers = {
            number
            for path, start, _ in ours
            for number in blamed(texts[path], start, end_of_function(texts[path], start))
            if places[number][0].is_statement
        }
    if not numbers:
        raise error
    for number in numbers:
        del places[number][0]


def _switched(machine: Mapping[str, Any]) -> bool:
    return any(SOURCE_NAME in machine[part]["linkReferences"] for part in PARTS)


def _image(machine: Mapping[str, Any]) -> Image:
    parts = {name: machine[name] for name in PARTS}
    links = next(part for part in parts.values() if SOURCE_NAME in part["linkReferences"])
    (places,) = links["linkReferences"][SOURCE_NAME].values()
    start = 2 * places[0]["start"]
    return Image(parts, links["object"][start : start + HEX_DIGITS_OF_ADDRESS])
