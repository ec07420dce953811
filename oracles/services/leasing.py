"""The lease under which one process publishes rounds, by the database's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from oracles.models import PublisherLease

LEASE_S = 60


@contextmanager
def publisher_lease() -> Iterator[int | None]:
    """Hold the lease for the block and yield its token, or None while another process holds it."""
    token = _take()
    try:
        yield token
    finally:
        if token is not None:
            PublisherLease.objects.filter(pk=1, token=token).update(until=None)


def holds_lease(token: int) -> bool:
    """Return whether the token is still the last one given; locks the lease until commit.

    Asked in the transaction that publishes: whoever was taken over in the meantime stops here.
    """
    return PublisherLease.objects.select_for_update().filter(pk=1, token=token).exists()


def _take() -> int | None:
    PublisherLease.objects.get_or_create(pk=1)
    with transaction.atomic():
        free = Q(until__isnull=True) | Q(until__lt=Now())
        lease = PublisherLease.objects.select_for_update(skip_locked=True).filter(free).first()
        if lease is None:
            return None
        token = lease.token + 1
        PublisherLease.objects.filter(pk=1).update(
            token=token, until=Now() + timedelta(seconds=LEASE_S)
        )
    return token
