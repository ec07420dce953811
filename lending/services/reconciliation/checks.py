"""One question to the chain with the answer that the database expects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Check:
    """A view function and what it should give: a value, a tuple, or some fields of a struct."""

    subject: str
    contract: str
    function: str
    args: tuple[Any, ...]
    expected: Any

    def differences(self, answer: Any) -> Iterator[str]:
        """Return a sentence for each value that differs."""
        for name, expected, found in self._pairs(answer):
            if expected != found:
                yield (
                    f"{self.subject}: {name} is {expected} in the database "
                    f"and {found} on the chain."
                )

    def _pairs(self, answer: Any) -> Iterator[tuple[str, Any, Any]]:
        if isinstance(self.expected, Mapping):
            for name, expected in self.expected.items():
                yield name, expected, answer.get(name)
        elif isinstance(self.expected, tuple):
            for place, expected in enumerate(self.expected):
                yield f"{self.function}[{place}]", expected, answer[place]
        else:
            yield self.function, self.expected, answer
