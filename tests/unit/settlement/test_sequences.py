"""Numbers of lanes' events: contiguous by lane and contract, or a gap is proven."""

import pytest

from contracts.domain.words import striped
from contracts.types import Event
from settlement.domain.sequences import Gap, advanced


def event(number, lane=1, contract="LoanBook", by_loan=False):
    args = {"loanId": striped(lane, 7)} if by_loan else {"lane": lane}
    return Event("CashMoved", contract, "0x1", args | {"sequence": number}, 5, "0x5", "0x6", 0)


def test_numbers_without_a_hole_advance_each_lane_by_itself():
    events = [event(4), event(1, lane=2, by_loan=True), event(5, by_loan=True)]

    assert advanced({("LoanBook", 1): 3}, events) == {("LoanBook", 1): 5, ("LoanBook", 2): 1}


def test_each_contract_counts_for_itself():
    events = [event(1), event(1, contract="AuctionHouse", by_loan=True)]

    assert advanced({}, events) == {("LoanBook", 1): 1, ("AuctionHouse", 1): 1}


@pytest.mark.parametrize("number", [3, 5, 0])
def test_any_other_number_than_the_next_is_a_gap(number):
    with pytest.raises(Gap, match="lane 1 in block 5, but 4 was due"):
        advanced({("LoanBook", 1): 3}, [event(number)])


def test_events_without_a_number_are_passed_over():
    plain = Event("Transfer", "TestStablecoin", "0x1", {"value": 1}, 5, "0x5", "0x6", 0)

    assert advanced({}, [plain]) == {}
