"""How PostgreSQL keeps the bytes of batches and parcels: as they are. They hardly shrink.

Trying to compress them cost more than writing them (docs/decisions/0050), and of a parcel's words
any part is read without the rest.
"""

_COLUMNS = (
    *(("settlement_batch", column) for column in ("data", "results")),
    ("settlement_parcel", "words"),
)


def _set(storage: str) -> str:
    return "".join(
        f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {storage};"
        for table, column in _COLUMNS
    )


PLAIN = _set("EXTERNAL")
COMPRESSED = _set("EXTENDED")
