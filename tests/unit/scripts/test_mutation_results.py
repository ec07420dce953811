"""Results of mutants are kept, and count as long as what they depend on is unchanged."""

import pytest

from scripts.mutation.results import KILLED, SURVIVED, Result, Results
from scripts.mutation.survivors import explained

BOOK = "contracts/src/LoanBook.sol"
OPEN, PAY, CLOSE = (f"contracts/test/loanbook/{name}.t.sol" for name in ("Open", "Pay", "Close"))


def result(outcome=KILLED, killer=PAY, function="repay", path=BOOK):
    return Result(
        contract="LoanBook",
        path=path,
        function=function,
        change="operator: `+` → `-`",
        diff="- a + b\n+ a - b",
        outcome=outcome,
        killer=killer,
        seconds=1.0,
        sources="s1",
        tests="t1",
    )


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "mutants.json")


def test_a_result_is_found_by_the_next_run(results, tmp_path):
    results.add("one", result())

    again = Results(tmp_path / "mutants.json")

    assert again.valid("one", "s1", "t1") == result()
    assert again.valid("two", "s1", "t1") is None


def test_changed_contracts_make_every_result_stale(results):
    results.add("one", result())

    assert results.valid("one", "s2", "t1") is None


def test_a_new_test_makes_survivors_stale_and_no_others(results):
    results.add("killed", result())
    results.add("survived", result(SURVIVED, killer=""))

    assert results.valid("killed", "s1", "t2") == result()
    assert results.valid("survived", "s1", "t2") is None
    assert results.valid("survived", "s1", "t1") is not None


def test_a_killer_that_is_gone_kills_no_more(results):
    results.add("one", result(killer="contracts/test/loanbook/Gone.t.sol"))

    assert results.valid("one", "s1", "t1") is None


def test_tests_that_noticed_mutants_nearby_come_first(results):
    results.add("same function", result(killer=CLOSE))
    results.add("same file", result(killer=PAY, function="open"))

    assert results.likely_first([OPEN, PAY, CLOSE], BOOK, "repay") == [CLOSE, PAY, OPEN]


def test_without_results_the_test_named_as_the_function_comes_first(results):
    assert results.likely_first([CLOSE, OPEN, PAY], BOOK, "open") == [OPEN, CLOSE, PAY]


def test_the_table_of_survivors_is_read():
    text = (
        "| source | change | why |\n|---|---|---|\n"
        "| Payments.due | operator: `\\|\\|` → `&&` | Both ways are the same. |\n"
    )

    assert explained(text) == {("Payments.due", "operator: `||` → `&&`")}
