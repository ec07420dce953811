"""The static schedule: which task rings when, in code, so that every deployment has the same."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One periodic ring. The task looks for due rows, so a missed or doubled ring is harmless."""

    task: str
    every_s: float
    queue: str


ENTRIES: tuple[Entry, ...] = ()


def beat_schedule() -> dict[str, dict]:
    """Return the entries in Celery's form; a ring nobody heard in time is dropped."""
    return {
        entry.task: {
            "task": entry.task,
            "schedule": entry.every_s,
            "options": {"queue": entry.queue, "expires": max(entry.every_s * 2, 5)},
        }
        for entry in ENTRIES
    }
