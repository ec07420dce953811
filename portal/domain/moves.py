"""Why a value moved, in sentences."""

from oracles.selectors import ValueMove
from portal.domain.formatting import counted, day, usd


def move_sentences(move: ValueMove) -> list[str]:
    """Say what was heard between two rounds, and what holds the value back if anything does."""
    said = [_headline(move)]
    said += [_heard(one.source, one.kind, one.amount, one.before) for one in move.news]
    if not move.news and move.sources_before != move.sources_after:
        said.append(
            f"{counted(move.sources_after, 'source')} counted instead of {move.sources_before}: "
            "what another had said is too old, or the source was switched off."
        )
    elif not move.news and move.before != move.after:
        said.append("Nothing new was said; the value went on towards its estimate.")
    if move.held_back:
        said.append(
            f"The estimate stands at {usd(move.target)}. A value moves towards it by no more than "
            "its class may move from one round to the next."
        )
    return said


def _headline(move: ValueMove) -> str:
    before, after = usd(move.before), usd(move.after)
    if move.before == move.after:
        return f"It stayed at {after} between {day(move.before_at)} and {day(move.after_at)}."
    word = "rose" if move.after > move.before else "fell"
    return f"It {word} from {before} on {day(move.before_at)} to {after} on {day(move.after_at)}."


def _heard(source: str, kind: str, amount: int, before: int | None) -> str:
    if before is None:
        return f"{source} spoke for the first time ({kind.lower()}): {usd(amount)}."
    if before == amount:
        return f"{source} repeated {usd(amount)} ({kind.lower()})."
    return f"{source} now says {usd(amount)} ({kind.lower()}), {usd(before)} before."
