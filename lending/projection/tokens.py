"""Token balances as the sum of transfers."""

from django.db import connection

from contracts.types import Event

NOBODY = "0x" + "00" * 20

WRITTEN_AT_ONCE = 500
_ADD = """
INSERT INTO lending_tokenbalance (token, address, amount) VALUES {rows}
ON CONFLICT (token, address)
DO UPDATE SET amount = lending_tokenbalance.amount + excluded.amount
"""


_moved: dict[tuple[str, str], int] = {}


def on_transfer(event: Event) -> None:
    """Move an amount from one balance to another; minting and burning have one side only.

    Sums stay in memory until the step is written: a transfer is by far the most frequent event.
    """
    amount = int(event.args["value"])
    for party, change in ((event.args["from"], -amount), (event.args["to"], amount)):
        if party != NOBODY and amount:
            key = event.contract, party
            _moved[key] = _moved.get(key, 0) + change


def finish() -> None:
    """Add what moved to the balances, in one statement."""
    rows = sorted(_moved.items())
    discard()
    for start in range(0, len(rows), WRITTEN_AT_ONCE):
        part = rows[start : start + WRITTEN_AT_ONCE]
        values = [value for (token, party), moved in part for value in (token, party, moved)]
        with connection.cursor() as cursor:
            cursor.execute(
                _ADD.format(rows=", ".join(["(%s, %s, %s::numeric)"] * len(part))), values
            )


def discard() -> None:
    """Forget a step that failed."""
    _moved.clear()
