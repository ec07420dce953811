"""What no source of ours may ask the machine to do."""

import re

from contracts.artifacts import ROOT

SOURCES = ROOT / "contracts" / "src"
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
FORBIDDEN = re.compile(r"\b(delegatecall|callcode|selfdestruct|functionDelegateCall)\b")
# Another project's sources; none of its contracts holds anything of ours.
COPIED = "vendor"


def forbidden_in(source: str) -> list[str]:
    return FORBIDDEN.findall(COMMENT.sub("", source))


# @custom:invariant I-32 L6
def test_no_source_delegates_a_call_or_destroys_itself():
    sources = [path for path in SOURCES.rglob("*.sol") if COPIED not in path.parts]

    found = {path.name: forbidden_in(path.read_text()) for path in sources}

    assert sources
    assert {name: words for name, words in found.items() if words} == {}


def test_the_search_finds_what_it_looks_for():
    assert forbidden_in("/* selfdestruct */ target.delegatecall(data); // callcode") == [
        "delegatecall"
    ]
