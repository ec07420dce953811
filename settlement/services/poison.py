"""A message that kills its workers is worked on a few times, and then by nobody."""

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from settlement.models import Incident, IncidentKind, RedeliveredTask

MOST_TIMES = 5
logger = logging.getLogger(__name__)


def may_run(*, task: str, ids: Sequence[int]) -> bool:
    """Count a message that came again, and tell whether it may be worked on once more."""
    message = message_of(task, ids)
    with transaction.atomic():
        RedeliveredTask.objects.get_or_create(message=message)
        RedeliveredTask.objects.filter(pk=message).update(times=F("times") + 1)
        times = RedeliveredTask.objects.values_list("times", flat=True).get(pk=message)
        if times == MOST_TIMES + 1:
            _tell(message)
    return times <= MOST_TIMES


def worked_off(*, task: str, ids: Sequence[int]) -> None:
    """Forget a message that was worked off after all."""
    RedeliveredTask.objects.filter(pk=message_of(task, ids)).delete()


def message_of(task: str, ids: Sequence[int]) -> str:
    """Return what tells messages apart: the task and the ids it carries."""
    return f"{task}({', '.join(map(str, ids))})"[:200]


def _tell(message: str) -> None:
    told = (
        f"{message} was delivered again {MOST_TIMES} times because its worker died each time. It "
        "is dropped now; the schedule rings it afresh. Look at the workers' memory and logs."
    )
    Incident.objects.create(kind=IncidentKind.POISONED_TASK, sentence=told)
    logger.error(told)
