"""Why a value moved, in sentences."""

from oracles.domain.quantities import LEDGER_DECIMALS
from oracles.selectors import NewWord, ValueMove
from portal.domain.formatting import counted, day, observed, usd


def move_sentences(move: ValueMove) -> list[str]:
    """Say what was heard between two rounds, and what holds the value back if anything does."""
    said = [_headline(move)]
    said += [_heard(one) for one in move.news]
    if move.models_changed:
        said.append("The models were changed between the two rounds.")
    if move.sources_after < move.sources_before:
        said.append(
            f"{counted(move.sources_after, 'source')} counted instead of {move.sources_before}: "
            "what another had said is too old, or the source was switched off."
        )
    if len(said) == 1 and move.before != move.after:
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


def _heard(word: NewWord) -> str:
    if word.lifts:
        return "Two people lifted the cap on its value."
    if word.caps:
        return f"Two people decided that it is worth {usd(word.amount)} at most."
    kind, now = word.kind.lower(), observed(word.amount, LEDGER_DECIMALS, word.unit)
    if word.before is None:
        return f"{word.source} spoke for the first time ({kind}): {now}."
    before = observed(word.before, LEDGER_DECIMALS, word.unit)
    if word.before == word.amount:
        return f"{word.source} repeated {now} ({kind})."
    return f"{word.source} now says {now} ({kind}), {before} before."
