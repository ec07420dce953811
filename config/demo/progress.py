"""Where the demo stands, kept beside the data, so that an interrupted job continues."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Progress:
    """The journal of one demo job.

    `started_at` is chain time, unix seconds. `done` are names of finished steps. `facts` are what
    later steps need to know of earlier ones (plain JSON).
    """

    path: Path
    portfolio: str
    started_at: int = 0
    done: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, *, path: Path, portfolio: str) -> "Progress":
        """Read the journal, or begin one. A job once begun keeps its portfolio."""
        if not path.exists():
            return cls(path=path, portfolio=portfolio)
        return cls(path=path, **json.loads(path.read_text()))

    def save(self) -> None:
        """Write the journal in one step, so that a kill leaves the old one or the new one."""
        state = asdict(self)
        del state["path"]
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps(state, indent=1))
        os.replace(draft, self.path)

    def finish(self, step: str) -> None:
        """Note a step as finished."""
        if step not in self.done:
            self.done.append(step)
        self.save()
