// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ILane} from "../interfaces/ILane.sol";
import {Card, ILoanBook, LaneState} from "../interfaces/ILoanBook.sol";
import {ISanctions} from "../interfaces/ISanctions.sol";
import {Cards} from "../libraries/Cards.sol";
import {Words} from "../libraries/Words.sol";
import {Book, LoanStore, Market, Position} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";
import {IStewardship} from "../interfaces/IStewardship.sol";

/// @title Handing out what is somebody's: cash set aside, claims, collateral thing by thing
/// (rule D9)
/// @notice What cannot be handed over, because its transfer fails or its owner is sanctioned, waits
/// in the escrow; anyone may try again. So no thing keeps another from its owner, and no word of a
/// batch fails for it.
/// @dev Linked at deployment and run by delegatecall: `address(this)` and `msg.sender` are the
/// book's (rule L6). Nothing here can be paused. The receiver is the caller or the recorded owner,
/// never named by a call.
library Handover {
    using LoanStore for Book;
    using LoanStore for Market;
    using LoanStore for Position;
    using Words for uint64;

    /// @notice Most gas that moving restaking tokens may take: their contract is not ours.
    uint256 internal constant LRT_GAS = 200_000;
    /// @dev Most gas that a list may spend on one account: it is not ours either.
    uint256 private constant LIST_GAS = 50_000;
    /// @dev Bit that stands for the restaking tokens among the things that wait; assets have those
    /// of their places.
    uint256 private constant LRT_PLACE = 255;

    /// @notice See `ILoanBook.withdrawPrefunded`.
    /// @dev Whatever the loan's status: a called one has nothing prefunded, because the call set it
    /// off (rule D6). Reverts with `LoanNotFound`, `CardMismatch`, `NotBorrower` and `Sanctioned`;
    /// with `AmountTooLarge` beyond what is prefunded and with `AmountTooSmall` for nothing.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param amount Ledger units; there is no smallest withdrawal but one unit.
    /// @param card Words of the loan's card.
    function withdraw(
        Book storage book,
        Market memory market,
        uint64 loanId,
        uint64 amount,
        bytes32[] calldata card
    ) external {
        Position memory position = book.load(loanId, card);
        if (msg.sender != Cards.borrowerOf(card)) {
            revert ILoanBook.NotBorrower(loanId, msg.sender);
        }
        requireCleared(book, msg.sender);
        uint64 prefunded = position.loan.prefunded;
        if (amount > prefunded) revert ILoanBook.AmountTooLarge(amount, prefunded);
        if (amount == 0) revert ILoanBook.AmountTooSmall(0, 1);
        position.loan.prefunded = uint56(prefunded - amount);
        _discharge(position.lane, amount);
        emit ILoanBook.PrefundWithdrawn(loanId, ++position.lane.sequence, amount);
        book.save(position);
        market.send(position, msg.sender, amount);
    }

    /// @notice See `ILoanBook.claim`.
    /// @dev All that the lane owes the caller beside prefunded cash. Reverts with `NothingToClaim`,
    /// and with `Sanctioned`: then it waits.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param laneId The lane; one that does not exist owes nothing.
    /// @return amount What was paid, ledger units.
    function claim(Book storage book, Market memory market, uint32 laneId)
        external
        returns (uint64 amount)
    {
        amount = book.claimable[laneId][msg.sender];
        if (amount == 0) revert ILoanBook.NothingToClaim(laneId, msg.sender);
        requireCleared(book, msg.sender);
        book.claimable[laneId][msg.sender] = 0;
        LaneState memory lane = book.sums[laneId].load();
        _discharge(lane, amount);
        emit ILoanBook.Claimed(laneId, msg.sender, ++lane.sequence, amount);
        book.sums[laneId].store(lane);
        address token = address(market.token);
        market.tillOf(laneId, lane.till).sendToken(token, msg.sender, amount * market.unitScale);
    }

    /// @notice See `ILoanBook.release`.
    /// @dev The caller has seen that the debt is zero and writes the status `Closed`; hot slot and
    /// lane's sums are not touched here, because a batch holds them in memory. What waits is noted
    /// after the attempts, with the book's guard set meanwhile. Reverts with `CardMismatch` and
    /// `ReturnGasTooLow`.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan, repaid.
    /// @param sequence Number of the lane's last event.
    /// @param words Words of the loan's card.
    /// @return Number of the lane's last event after these; the caller keeps it.
    function release(
        Book storage book,
        Market memory market,
        uint64 loanId,
        uint32 sequence,
        bytes32[] calldata words
    ) external returns (uint32) {
        book.marks[loanId].requireCard(loanId, words);
        Card memory card = Cards.read(words);
        Rooms.finish(book, loanId.laneOf(), card);
        uint256 left = (1 << card.assets.length) - 1;
        if (card.lrtAmount != 0) left |= 1 << LRT_PLACE;
        if (isCleared(book, card.borrower)) {
            (left, sequence) = _handOver(market, loanId, card, left, sequence);
        }
        if (left != 0) {
            book.waiting[loanId] = left;
            emit IStewardship.ReturnWaits(loanId, card.borrower, ++sequence, left);
        }
        emit ILoanBook.LoanClosed(loanId, ++sequence);
        return sequence;
    }

    /// @notice See `IStewardship.deliver`.
    /// @dev Only a closed loan has things that wait. Reverts with `CardMismatch`, `NothingWaits`,
    /// `Sanctioned` and `ReturnGasTooLow`; with `ReturnFailed` where nothing moved.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The closed loan.
    /// @param words Words of its card: what it was when the loan was closed.
    function deliver(
        Book storage book,
        Market memory market,
        uint64 loanId,
        bytes32[] calldata words
    ) external {
        book.marks[loanId].requireCard(loanId, words);
        uint256 waiting = book.waiting[loanId];
        if (waiting == 0) revert IStewardship.NothingWaits(loanId);
        Card memory card = Cards.read(words);
        requireCleared(book, card.borrower);
        uint32 laneId = loanId.laneOf();
        uint32 sequence = book.sums[laneId].sequence();
        uint256 left;
        (left, sequence) = _handOver(market, loanId, card, waiting, sequence);
        if (left == waiting) revert IStewardship.ReturnFailed(loanId);
        book.waiting[loanId] = left;
        book.sums[laneId].setSequence(sequence);
    }

    /// @notice Refuses with `Sanctioned` to pay a party that is on the list (rule D9b).
    function requireCleared(Book storage book, address party) internal view {
        if (!isCleared(book, party)) revert IStewardship.Sanctioned(party);
    }

    /// @notice Whether a party may be paid. A list that fails clears nobody: governance replaces
    /// it.
    /// @dev The list is asked by static call; it clears with a first word of zero. An account
    /// without code answers nothing and so clears nobody. Its answer is read into scratch space,
    /// one word at most, however long it is. A call passes on at most 63 parts of 64 of the gas:
    /// reverts with `ReturnGasTooLow` where that is less than a list may spend, or else a caller
    /// could make it fail.
    /// @param party Who would be paid, buy, or borrow.
    /// @return cleared True where there is no list.
    function isCleared(Book storage book, address party) internal view returns (bool cleared) {
        ISanctions list = book.sanctions;
        if (address(list) == address(0)) return true;
        if (gasleft() * 63 / 64 < LIST_GAS) revert IStewardship.ReturnGasTooLow();
        bytes memory question = abi.encodeCall(ISanctions.isSanctioned, (party));
        uint256 cap = LIST_GAS;
        assembly ("memory-safe") {
            let ok := staticcall(cap, list, add(question, 0x20), mload(question), 0x00, 0x20)
            cleared := and(ok, and(gt(returndatasize(), 0x1f), iszero(mload(0x00))))
        }
    }

    /// @dev Tries each thing of the set; returns those that did not move. Assets go by
    /// `transferFrom`, which asks no receiver (rule S3), with all gas: a move that ran out of it
    /// would leave a 63rd of what it had, too little to note that the thing waits. The contract of
    /// the restaking tokens is not ours and gets a fixed amount.
    /// @param card The loan's card: its borrower is the recorded owner.
    /// @param set One bit for each asset by its place in the card, bit 255 for the restaking
    /// tokens.
    /// @param sequence Number of the lane's last event.
    /// @return left The bits of what is still in the escrow.
    /// @return Number of the lane's last event after these.
    function _handOver(
        Market memory market,
        uint64 loanId,
        Card memory card,
        uint256 set,
        uint32 sequence
    ) private returns (uint256 left, uint32) {
        ILane escrow = market.escrow(loanId.laneOf());
        address owner = card.borrower;
        IAssetRegistry registry = market.from.registry;
        for (uint256 i; i < card.assets.length; ++i) {
            if (set >> i & 1 == 0) continue;
            uint256 tokenId = card.assets[i];
            try escrow.sendAsset(address(registry), owner, tokenId) {
                emit ILoanBook.Released(loanId, tokenId, ++sequence, owner);
            } catch {
                left |= 1 << i;
            }
        }
        if (set >> LRT_PLACE & 1 == 0) return (left, sequence);
        // A call passes on at most 63 parts of 64: too little gas must not look like a failure.
        if (gasleft() * 63 / 64 < LRT_GAS) revert IStewardship.ReturnGasTooLow();
        try escrow.sendToken{gas: LRT_GAS}(card.lrt, owner, card.lrtAmount) {
            emit ILoanBook.LrtReleased(loanId, card.lrt, ++sequence, card.lrtAmount, owner);
        } catch {
            left |= 1 << LRT_PLACE;
        }
        return (left, sequence);
    }

    /// @dev What the lane owes to somebody leaves it: `owed` and cash fall together, and what is
    /// the pool's own stays as it is (rule L3). The amount is part of `owed`, and `owed` is at most
    /// the cash.
    /// @param amount Ledger units.
    function _discharge(LaneState memory lane, uint64 amount) private pure {
        (lane.owed, lane.cash) = (lane.owed - amount, lane.cash - amount);
    }
}
