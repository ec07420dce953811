// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Donations} from "./book/Donations.sol";
import {Handover} from "./book/Handover.sol";
import {Incomes} from "./book/Incomes.sol";
import {Book, LoanStore, Market} from "./book/LoanStore.sol";
import {Rooms} from "./book/Rooms.sol";
import {Tills} from "./book/Tills.sol";
import {Workouts} from "./book/Workouts.sol";
import {Governed} from "./Governed.sol";
import {ILoanBook, LoanWorkout} from "./interfaces/ILoanBook.sol";
import {ILoanViews} from "./interfaces/ILoanViews.sol";
import {ISanctions} from "./interfaces/ISanctions.sol";
import {IStewardship, Room} from "./interfaces/IStewardship.sol";
import {Lane} from "./Lane.sol";
import {Underwriter} from "./libraries/Underwriter.sol";

/// @title The loan book's duties beside its loans: lanes' allowances, what waits, what is nobody's
/// @notice Base of the loan book, with its storage. What each function does and refuses stands in
/// `IStewardship`.
/// @dev Thin doors to linked libraries, which run on `_book`. The guard against re-entry is held by
/// all that move tokens or cash; it is transient and leaves no slot for lanes to share.
abstract contract Stewardship is ILoanBook, Governed, ReentrancyGuardTransient {
    using LoanStore for Book;

    /// @dev All storage of the loan book: no base or library has any beside it.
    Book internal _book;
    /// @dev Hash of an escrow's creation code with this book as its owner: with the salt of a lane
    /// it gives the escrow's address, so that none is kept or read (CREATE2).
    bytes32 internal immutable ESCROW_CODE_HASH =
        keccak256(abi.encodePacked(type(Lane).creationCode, abi.encode(address(this))));

    /// @inheritdoc IStewardship
    function deliver(uint64 loanId, bytes32[] calldata card) external nonReentrant {
        Handover.deliver(_book, _market(), loanId, card);
    }

    /// @inheritdoc IStewardship
    /// @dev Read where it lies: `Workouts` takes the calldata as it is.
    function workOut(LoanWorkout calldata, bytes calldata, bytes32[] calldata)
        external
        restricted
        nonReentrant
    {
        Workouts.workOut(_book, _market(), msg.data);
    }

    /// @inheritdoc IStewardship
    /// @dev Not guarded: it moves nothing and asks nobody. Not numbered: it is no lane's event.
    function withdrawConsent(uint32 laneId, uint256 nonce) external {
        _book.useNonce(msg.sender, laneId, nonce);
        emit ConsentWithdrawn(msg.sender, laneId, nonce);
    }

    /// @inheritdoc IStewardship
    function turnTill(uint32 laneId) external restricted nonReentrant {
        Tills.turn(_book, _market(), laneId);
    }

    /// @inheritdoc IStewardship
    function gatherTill(uint32 laneId) external nonReentrant returns (uint64) {
        return Tills.gather(_book, _market(), laneId);
    }

    /// @inheritdoc IStewardship
    function sweepLane(uint32 laneId) external nonReentrant returns (uint64) {
        return Donations.sweepLane(_book, _market(), laneId);
    }

    /// @inheritdoc IStewardship
    function sweepEnded(uint64 loanId) external nonReentrant returns (uint64) {
        return Donations.sweepEnded(_book, _market(), loanId);
    }

    /// @inheritdoc IStewardship
    /// @dev The library refuses all but the pool. The loop over at most 64 lanes and 20 classes is
    /// a barrier's, not an operation's (rule L4, L4b).
    function handOut(uint64[] calldata reserved, uint64 auctionValue) external nonReentrant {
        Rooms.handOut(_book, _market(), reserved, auctionValue);
    }

    /// @inheritdoc IStewardship
    /// @dev Each lane notes whether there is a list, so that a draw without one reads no common
    /// slot.
    function setSanctions(ISanctions list) external restricted {
        _book.sanctions = list;
        for (uint32 lane; lane < _book.lanes; ++lane) {
            _book.sums[lane].setListed(address(list) != address(0));
        }
        emit SanctionsSet(address(list));
    }

    /// @inheritdoc IStewardship
    /// @dev One bit of the lane's sums says which of its two escrows it is (rule L5).
    function tillOf(uint32 laneId) public view returns (address) {
        return _book.tillOf(laneId, ESCROW_CODE_HASH);
    }

    /// @inheritdoc ILoanViews
    function escrowOf(uint32 laneId) external view returns (address) {
        return laneId < _book.lanes ? LoanStore.escrowOf(laneId, ESCROW_CODE_HASH) : address(0);
    }

    /// @inheritdoc ILoanViews
    function incomeAddressOf(uint64 loanId) external view returns (address) {
        return Incomes.addressOf(loanId, ESCROW_CODE_HASH);
    }

    /// @inheritdoc IStewardship
    function waitingOf(uint64 loanId) external view returns (uint256) {
        return _book.waiting[loanId];
    }

    /// @inheritdoc IStewardship
    function sanctions() external view returns (ISanctions) {
        return _book.sanctions;
    }

    /// @inheritdoc IStewardship
    function isCleared(address party) external view returns (bool) {
        return Handover.isCleared(_book, party);
    }

    /// @inheritdoc IStewardship
    function roomOf(uint32 laneId, uint16 classId) external view returns (Room memory) {
        return _book.rooms[classId][laneId];
    }

    /// @inheritdoc IStewardship
    function inflowLeftOf(uint32 laneId) external view returns (uint64) {
        return Rooms.inflowLeft(_book.rooms[Underwriter.LRT_CLASS][laneId]);
    }

    /// @dev What the loan book was deployed with; libraries cannot read its immutables themselves.
    function _market() internal view virtual returns (Market memory);
}
