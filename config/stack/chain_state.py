"""What anvil forgets or muddles when it takes up its state again, put right before it starts."""

import json
import re
from pathlib import Path

from config.stack.errors import StackError

GENESIS_MARK = b'"number":"0x0"'
HEAD_BYTES = 2_000


def last_timestamp(state_file: Path) -> int:
    """Return the time of the last block in a state file, which its head tells; 0 without one."""
    try:
        with state_file.open() as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        return 0
    found = re.search(r'"timestamp":"(0x[0-9a-f]+)"', head)
    return int(found.group(1), 16) if found else 0


def keep_first_genesis(state_file: Path) -> None:
    """Remove from a state file the genesis blocks that later starts of anvil added.

    Each start makes one of its own, and writes it down beside the others; with several, any of
    them may be found as block 0. The first is the one with the earliest time.
    """
    try:
        text = state_file.read_bytes()
    except FileNotFoundError:
        return
    if text.count(GENESIS_MARK) < 2:
        return
    try:
        state = json.loads(text)
    except ValueError as error:
        raise StackError(
            f"The chain's state {state_file} is damaged. Start over with 'make demo RESET=1'."
        ) from error
    first = min(filter(_is_genesis, state["blocks"]), key=_time)
    state["blocks"] = [first, *(block for block in state["blocks"] if not _is_genesis(block))]
    draft = state_file.with_suffix(".new")
    # anvil's own form, without spaces: the head must stay readable by `last_timestamp`.
    draft.write_text(json.dumps(state, separators=(",", ":")))
    draft.replace(state_file)


def _is_genesis(block: dict) -> bool:
    return int(block["header"]["number"], 16) == 0


def _time(block: dict) -> int:
    return int(block["header"]["timestamp"], 16)
