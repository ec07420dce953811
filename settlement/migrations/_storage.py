"""How PostgreSQL keeps the bytes of batches: as they are. Hashes and signatures do not shrink.

Trying to compress them cost more than writing them (docs/decisions/0050).
"""

_COLUMNS = ("data", "raw", "results")


def _set(storage: str) -> str:
    changes = ", ".join(f"ALTER COLUMN {column} SET STORAGE {storage}" for column in _COLUMNS)
    return f"ALTER TABLE settlement_batch {changes};"


PLAIN = _set("EXTERNAL")
COMPRESSED = _set("EXTENDED")
