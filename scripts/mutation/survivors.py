"""The table of mutants that no test notices, each with the reason."""

import re

ROW = re.compile(r"^\| (?!source )(\S+) \| (.+?) \| (.+) \|$", re.MULTILINE)


def explained(text: str) -> set[tuple[str, str]]:
    """Return source with function, and change, of each row of the table."""
    return {(name, change.replace("\\|", "|")) for name, change, _ in ROW.findall(text)}
