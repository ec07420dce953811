"""A long pass over columns as many short ones, at once on all processors."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

# So many subjects and what is said of them fit into a processor's own memory.
_AT_A_TIME = 16_384


def spread(work: Callable[[slice], None], count: int) -> None:
    """Do the work for all of ``count`` places, slice by slice and in no order.

    Worth it for compiled work and for numpy's: both let other threads run meanwhile.
    """
    slices = [slice(first, first + _AT_A_TIME) for first in range(0, count, _AT_A_TIME)]
    if len(slices) <= 1:
        work(slice(0, count))
        return
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(work, slices):
            pass
