"""What our transactions touched on the chain, against what the table of kinds declares."""

from collections.abc import Sequence
from itertools import combinations

from contracts.access import Access, access_sets
from contracts.client import Chain
from contracts.domain.words import striped
from settlement.calldata import operations_of
from settlement.domain.access import Declared, declared
from settlement.domain.kinds import word_access
from settlement.models import Batch
from settlement.services import batching
from settlement.services.planning import access_of


def undeclared(traced: Sequence[Access], tables: Sequence[Declared]) -> list[tuple[int, int]]:
    """Return the pairs that met in storage although they declare nothing in common."""
    return [
        (one, other)
        for one, other in combinations(range(len(traced)), 2)
        if _met(traced[one], traced[other]) and not _may_meet(tables[one], tables[other])
    ]


def undeclared_of(chain: Chain) -> list[tuple[str, str, list[str]]]:
    """Trace all that the engine has had mined; return whom met undeclared, and where."""
    batches = list(Batch.objects.filter(block_number__isnull=False).order_by("pk"))
    traced = access_sets(chain, [batch.tx_hash or "" for batch in batches])
    assert len(traced) == len(batches)
    return [
        (str(batches[one]), str(batches[other]), sorted(_shared(traced[one], traced[other])))
        for one, other in undeclared(traced, [declared_by(batch) for batch in batches])
    ]


def declared_by(batch: Batch) -> Declared:
    """Return what a stored transaction declares: its row, and the words of its operations."""
    access = access_of(batch)
    if batch.kind != batching.SETTLE:
        return access
    lane = batch.lane or 0
    loans = {striped(lane, each.loan_number) for each in operations_of(batch)}
    return declared_together([access, *(word_access(loan_id=loan_id) for loan_id in loans)])


def declared_together(accesses: Sequence[Declared]) -> Declared:
    """Return what several operations in one transaction touch."""
    return declared(
        reads=[key for access in accesses for key in access.reads],
        writes=[key for access in accesses for key in access.writes],
        adds=[key for access in accesses for key in access.adds],
    )


def _met(one: Access, other: Access) -> bool:
    return bool(_shared(one, other))


def _shared(one: Access, other: Access) -> frozenset[str]:
    """Return what one of them writes and the other touches."""
    return one.writes & (other.reads | other.writes) | other.writes & one.reads


def _may_meet(one: Declared, other: Declared) -> bool:
    """Additions commute and yet write: in storage they meet."""
    changed = one.writes | one.adds, other.writes | other.adds
    return bool(changed[0] & other.keys or changed[1] & one.keys)
