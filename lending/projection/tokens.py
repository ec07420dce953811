"""Token balances as the sum of transfers."""

from decimal import Decimal

from django.db import connection

from contracts.types import Event

NOBODY = "0x" + "00" * 20

# One statement for both parties: a transfer is by far the most frequent event.
_ADD = """
INSERT INTO lending_tokenbalance (token, address, amount) VALUES {rows}
ON CONFLICT (token, address)
DO UPDATE SET amount = lending_tokenbalance.amount + excluded.amount
"""


def on_transfer(event: Event) -> None:
    """Move an amount from one balance to another; minting and burning have one side only."""
    source, target = event.args["from"], event.args["to"]
    amount = Decimal(event.args["value"])
    moves = [(source, -amount), (target, amount)] if source != target and amount else []
    rows = [(event.contract, address, change) for address, change in moves if address != NOBODY]
    if rows:
        statement = _ADD.format(rows=", ".join(["(%s, %s, %s)"] * len(rows)))
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for row in rows for value in row])
