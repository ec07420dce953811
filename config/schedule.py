"""The static schedule: which task rings when, in code, so that every deployment has the same.

A ring says only "look for due rows". Each task is a singleton by a lock in PostgreSQL, so that a
doubled ring is harmless, and a missed one costs one period.
"""

from dataclasses import dataclass

CHAIN_QUEUE = "chain"
# What follows the chain must not stand behind what sends to it: it is what makes room.
READ_QUEUE = "read"
WORK_QUEUE = "work"
TASK_ROUTES = {
    "settlement.tasks.confirm_batches": {"queue": READ_QUEUE},
    "settlement.tasks.read_chain": {"queue": READ_QUEUE},
    "settlement.tasks.*": {"queue": CHAIN_QUEUE},
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One periodic ring."""

    task: str
    every_s: float


_SETTLEMENT = ("pump_signers", "confirm_batches", "read_chain")
# What looks at every loan waits longer: due dates, rounds and windows are hours apart.
_LENDING_BOOK = ("collect_due", "charge_missed", "call_loans", "open_auctions", "close_epoch")
ENTRIES = (
    *(Entry(task=f"settlement.tasks.{name}", every_s=0.5) for name in _SETTLEMENT),
    Entry(task="collateral.tasks.mint_verified", every_s=5),
    Entry(task="collateral.tasks.open_uptime_round", every_s=30),
    Entry(task="collateral.tasks.note_revocations", every_s=10),
    Entry(task="collateral.tasks.warn_of_expiry", every_s=30),
    Entry(task="collateral.tasks.release_exposures", every_s=30),
    Entry(task="lending.tasks.queue_renewals", every_s=10),
    Entry(task="portal.tasks.send_mail", every_s=30),
    Entry(task="oracles.tasks.publish_ready_rounds", every_s=5),
    Entry(task="oracles.tasks.record_missing_values", every_s=60),
    Entry(task="oracles.tasks.poll_due_feeds", every_s=30),
    Entry(task="oracles.tasks.hand_out_chunks", every_s=30),
    Entry(task="lending.tasks.send_requests", every_s=2),
    Entry(task="lending.tasks.close_repaid", every_s=5),
    *(Entry(task=f"lending.tasks.{name}", every_s=10) for name in _LENDING_BOOK),
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
