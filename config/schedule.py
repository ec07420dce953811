"""The static schedule: which task rings when, in code, so that every deployment has the same.

A ring says only "look for due rows". Each task is a singleton by a lock in PostgreSQL, so that a
doubled ring is harmless, and a missed one costs one period.
"""

from dataclasses import dataclass

CHAIN_QUEUE = "chain"
WORK_QUEUE = "work"
TASK_ROUTES = {"settlement.tasks.*": {"queue": CHAIN_QUEUE}}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One periodic ring."""

    task: str
    every_s: float


ENTRIES = (
    *(
        Entry(task=f"settlement.tasks.{name}", every_s=1)
        for name in ("plan_lanes", "pump_signers", "confirm_batches", "read_chain")
    ),
    Entry(task="collateral.tasks.mint_verified", every_s=5),
    *(
        Entry(task=f"lending.tasks.{name}", every_s=2)
        for name in (
            "send_requests",
            "collect_due",
            "charge_missed",
            "call_loans",
            "open_auctions",
            "close_repaid",
            "close_epoch",
        )
    ),
)


def beat_schedule() -> dict[str, dict]:
    """Return the entries in Celery's form; a ring that nobody heard in time is dropped."""
    return {
        entry.task: {
            "task": entry.task,
            "schedule": entry.every_s,
            "options": {"expires": max(entry.every_s * 2, 5)},
        }
        for entry in ENTRIES
    }
