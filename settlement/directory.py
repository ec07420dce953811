"""Who knows the loans. The loan book's application says which exist and which are closed."""

from collections.abc import Callable, Collection, Mapping

from django.utils.module_loading import import_string

# Of the given loan ids, those on which nothing can be settled: True of one that is closed, False of
# one that nobody knows.
Directory = Callable[[Collection[int]], Mapping[int, bool]]
_directories: list[Directory | str] = []


def register_loans(directory: Directory | str) -> None:
    """Have intake ask this directory; the last one registered counts.

    One given by its dotted path is loaded when it is first asked.
    """
    _directories.append(directory)


def unregister_loans(directory: Directory | str) -> None:
    """Undo `register_loans`."""
    _directories.remove(directory)


def closed_or_unknown(loan_ids: Collection[int]) -> Mapping[int, bool]:
    """Return the loans on which nothing can be settled, each with whether it is closed.

    Where nobody keeps a directory every loan may exist: the chain alone then judges.
    """
    if not _directories:
        return {}
    newest = _directories[-1]
    ask: Directory = import_string(newest) if isinstance(newest, str) else newest
    return ask(loan_ids)
