"""A queue for the values of each class, so that one class's load never delays another's."""

from collateral.domain.classes import CLASSES, class_by_id


def queue_of(class_id: int) -> str:
    """Return the queue of a class."""
    return f"values.{class_by_id(class_id).code}"


VALUE_QUEUES = tuple(queue_of(one.id) for one in CLASSES if not one.fungible)
