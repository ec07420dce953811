// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../../src/interfaces/IAuctionHouse.sol";
import {ILoanBook, LaneState, LoanStatus} from "../../../src/interfaces/ILoanBook.sol";
import {Shelf} from "../../support/Shelf.sol";
import {Vm} from "../../support/Vm.sol";
import {Rounds} from "./Rounds.sol";
import {IStewardship} from "../../../src/interfaces/IStewardship.sol";

/// @title What every action is watched for, whatever it is
/// @notice Statuses move along their graph, debts of bystanders stand still, and each lane's events
/// are numbered without a gap.
abstract contract Watch is Rounds {
    uint64[] internal loans;
    mapping(uint32 lane => address) internal _second;
    mapping(uint64 loanId => LoanStatus) private _statusBefore;
    mapping(uint64 loanId => uint64) private _debtBefore;
    mapping(uint32 lane => uint32) private _bookSequence;
    mapping(uint32 lane => uint32) private _houseSequence;
    mapping(bytes32 topic => uint8) private _laneTopic;
    mapping(bytes32 topic => bool) private _unnumbered;
    /// @notice How often each action took effect.
    mapping(string action => uint256) public taken;

    /// @dev `mayRaise` is a loan whose debt this action may raise; zero when none.
    modifier watched(uint64 mayRaise) {
        for (uint256 i = 0; i < loans.length; ++i) {
            _debtBefore[loans[i]] = book.debtOf(loans[i]);
        }
        uint256 start = block.timestamp;
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Shelf.note(logs);
        _checkSequences(logs);
        _checkStatuses();
        if (block.timestamp == start) _checkDebts(mayRaise);
    }

    /// @dev Forge keeps the logs of a call that reverted and was caught; the chain has none.
    function _forgetLogs() internal {
        vmWorld.getRecordedLogs();
    }

    /// @dev Topic that carries lane or loan: 1 or 2, plus 2 where it is a loan id.
    function _learnEvents() internal {
        _laneTopic[ILoanBook.LoanOpened.selector] = 3;
        _laneTopic[ILoanBook.Pledged.selector] = 3;
        _laneTopic[ILoanBook.LrtPledged.selector] = 3;
        _laneTopic[ILoanBook.Released.selector] = 3;
        _laneTopic[ILoanBook.LrtReleased.selector] = 3;
        _laneTopic[ILoanBook.Prefunded.selector] = 3;
        _laneTopic[ILoanBook.PrefundWithdrawn.selector] = 3;
        _laneTopic[ILoanBook.Repaid.selector] = 3;
        _laneTopic[ILoanBook.LoanCalled.selector] = 3;
        _laneTopic[ILoanBook.LoanCured.selector] = 3;
        _laneTopic[ILoanBook.LoanAuctioned.selector] = 3;
        _laneTopic[ILoanBook.SaleApplied.selector] = 3;
        _laneTopic[ILoanBook.LoanClosed.selector] = 3;
        _laneTopic[ILoanBook.LoanWrittenOff.selector] = 3;
        _laneTopic[ILoanBook.Claimed.selector] = 1;
        _laneTopic[ILoanBook.CashMoved.selector] = 1;
        _laneTopic[ILoanBook.BatchSettled.selector] = 1;
        _laneTopic[IStewardship.ReturnWaits.selector] = 3;
        _laneTopic[IStewardship.DonationSwept.selector] = 1;
        _laneTopic[IStewardship.TillTurned.selector] = 1;
        _laneTopic[IStewardship.TillGathered.selector] = 1;
        _laneTopic[ILoanBook.ShortfallPaid.selector] = 2;
        _laneTopic[IAuctionHouse.LotOffered.selector] = 3;
        _laneTopic[IAuctionHouse.LotSold.selector] = 3;
        _laneTopic[IAuctionHouse.AuctionEnded.selector] = 3;
        _unnumbered[ILoanBook.OperationFailed.selector] = true;
        _unnumbered[IStewardship.RoomsReserved.selector] = true;
        _unnumbered[IStewardship.RoomsHandedOut.selector] = true;
        _unnumbered[IAuctionHouse.AuctionsAllowed.selector] = true;
        for (uint32 lane = 0; lane < LANES; ++lane) {
            _bookSequence[lane] = book.laneOf(lane).sequence;
        }
    }

    /// @dev An event that is in neither list is a mistake of this list: it must be put into one.
    function _checkSequences(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            bool ofHouse = logs[i].emitter == address(house);
            if (logs[i].emitter != address(book) && !ofHouse) continue;
            bytes32 topic = logs[i].topics[0];
            uint8 place = _laneTopic[topic];
            vm.assertTrue(place != 0 || _unnumbered[topic], "an event without a number");
            if (place == 0) continue;
            uint256 word = uint256(logs[i].topics[place == 2 ? 2 : 1]);
            uint32 lane = uint32(place == 3 ? word >> 40 : word);
            uint32 number = uint32(uint256(bytes32(logs[i].data)));
            uint32 last = ofHouse ? ++_houseSequence[lane] : ++_bookSequence[lane];
            vm.assertEq(number, last, "a gap in a lane's sequence");
        }
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(book.laneOf(lane).sequence, _bookSequence[lane], "an event was not seen");
        }
    }

    function _checkStatuses() private {
        for (uint256 i = 0; i < loans.length; ++i) {
            LoanStatus before = _statusBefore[loans[i]];
            LoanStatus status = book.loanOf(loans[i]).status;
            if (status == before) continue;
            vm.assertTrue(_mayFollow(before, status), "a status moved against its graph");
            _statusBefore[loans[i]] = status;
        }
    }

    /// @dev The graph of rule I-10. An action may take two steps at once: the last lot's sale.
    function _mayFollow(LoanStatus before, LoanStatus status) private pure returns (bool) {
        if (before == LoanStatus.None) return status == LoanStatus.Open;
        if (before == LoanStatus.Open) {
            return status == LoanStatus.Called || status == LoanStatus.Repaid
                || status == LoanStatus.Closed;
        }
        if (before == LoanStatus.Called) {
            return status == LoanStatus.Open || status == LoanStatus.Repaid
                || status == LoanStatus.Auctioned;
        }
        if (before == LoanStatus.Auctioned) {
            return status == LoanStatus.Open || status == LoanStatus.Repaid
                || status == LoanStatus.WrittenOff;
        }
        return before == LoanStatus.Repaid && status == LoanStatus.Closed;
    }

    function _checkDebts(uint64 mayRaise) private view {
        for (uint256 i = 0; i < loans.length; ++i) {
            uint64 before = _debtBefore[loans[i]];
            if (loans[i] == mayRaise || before == 0) continue;
            vm.assertLe(book.debtOf(loans[i]), before, "a debt rose without time passing");
        }
    }

    /// @dev What both escrows of a lane hold; the second has an address once cash has gone there.
    function _cashIn(uint32 lane) internal view returns (uint256) {
        address second = _second[lane];
        uint256 there = second == address(0) ? 0 : coin.balanceOf(second);
        return coin.balanceOf(book.escrowOf(lane)) + there;
    }

    function _lane(uint32 lane) internal view returns (LaneState memory) {
        return book.laneOf(lane);
    }
}
