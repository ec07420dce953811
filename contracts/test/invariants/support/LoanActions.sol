// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../../src/interfaces/ILoanBook.sol";
import {Basket, Evidence, Weights} from "../../../src/libraries/Underwriter.sol";
import {ValueProof} from "../../../src/interfaces/IValuationOracle.sol";
import {Watch} from "./Watch.sol";
import {Carded} from "../../support/Carded.sol";

using Carded for ILoanBook;

/// @title What borrowers, payers and relayers do, with arguments bounded so that it succeeds
/// @notice An action whose condition does not hold does nothing.
abstract contract LoanActions is Watch {
    uint256 private constant MOST_LOANS = 32;
    uint256 private nextNonce;
    uint40[LANES] internal lastOperation;
    mapping(uint64 operationId => OperationResult) internal resultNoted;
    uint64[] internal operations;
    mapping(uint64 loanId => uint256) private _classesAtOpening;

    /// @notice A draw on one free asset, sometimes with restaking tokens beside it.
    function open(uint256 seed, uint256 share) external {
        uint256 tokenId = assets[seed % assets.length];
        uint256 key = ownerKeys[(seed % assets.length) % OWNERS];
        address borrower = vm.addr(key);
        if (loans.length == MOST_LOANS || registry.ownerOf(tokenId) != borrower) return;
        if (book.shortfallOf(borrower) != 0 || oracle.isSilent()) return;
        LoanTerms memory terms;
        (terms.borrower, terms.lane) = (borrower, uint32((seed >> 16) % LANES));
        terms.assets = new uint256[](1);
        terms.assets[0] = tokenId;
        if (seed >> 32 & 3 == 0) (terms.lrt, terms.lrtAmount) = (address(lrt), 2e18);
        Basket memory basket = Basket(terms.assets, terms.lrt, terms.lrtAmount, 0, Evidence.Newest);
        ValueProof[] memory proofs = _proofsOf(basket, false);
        uint256 limit = weigher.weigh(basket, proofs, proofs).opening;
        LaneState memory lane = _lane(terms.lane);
        if (limit > lane.cash - lane.owed) limit = lane.cash - lane.owed;
        uint64 room = _roomFor(terms);
        if (limit > room) limit = room;
        if (limit < 10 * MINIMUM) return;
        terms.principal = uint64(bound(share, limit / 2, limit - USD));
        terms.limit = terms.principal;
        (terms.maxRateBps, terms.interval) = (5_000, 10 days);
        terms.instalments = uint16(1 + (seed >> 40) % 6);
        if (block.timestamp + 60 days > registry.assetOf(tokenId).validUntil) return;
        (terms.nonce, terms.deadline) = (++nextNonce, uint64(block.timestamp));
        _open(terms, _signTerms(key, terms, address(book)), proofs);
    }

    function _open(LoanTerms memory terms, bytes memory signature, ValueProof[] memory proofs)
        private
        watched(0)
    {
        uint64 loanId = book.open(terms, signature, proofs);
        loans.push(loanId);
        _classesAtOpening[loanId] = 1 << registry.assetOf(terms.assets[0]).classId;
        if (terms.lrtAmount != 0) _classesAtOpening[loanId] |= 1 << LRT_CLASS;
        ++taken["open"];
    }

    function _roomFor(LoanTerms memory terms) private view returns (uint64 room) {
        room = book.roomOf(terms.lane, registry.assetOf(terms.assets[0]).classId).left;
        if (terms.lrtAmount == 0) return room;
        uint64 ofLrt = book.roomOf(terms.lane, LRT_CLASS).left;
        uint64 inflow = book.inflowLeftOf(terms.lane);
        if (ofLrt < room) room = ofLrt;
        if (inflow < room) room = inflow;
    }

    /// @notice What a lane has used of a class is what its loans that have not ended may draw (L4).
    function checkRooms() external view {
        uint16[] memory classes = risk.classes();
        for (uint256 i = 0; i < classes.length; ++i) {
            uint256 handedOut;
            for (uint32 lane = 0; lane < LANES; ++lane) {
                Room memory room = book.roomOf(lane, classes[i]);
                vm.assertEq(room.used, _committed(lane, classes[i]), "room used");
                handedOut += uint256(room.left) + room.used;
            }
            vm.assertLe(handedOut, risk.capOf(classes[i]), "rooms beyond the cap");
        }
    }

    function _committed(uint32 lane, uint16 classId) private view returns (uint256 sum) {
        for (uint256 i = 0; i < loans.length; ++i) {
            LoanStatus status = book.loanOf(loans[i]).status;
            bool ended = status == LoanStatus.Closed || status == LoanStatus.WrittenOff;
            if (ended || loans[i] >> 40 != lane) continue;
            if (_classesAtOpening[loans[i]] >> classId & 1 == 0) continue;
            sum += book.tailOf(loans[i]).basePrincipal;
        }
    }

    function prefund(uint256 seed, uint64 amount) external {
        (uint64 loanId, bool found) = _pick(seed, LoanStatus.Open);
        if (found) _prefund(loanId, uint64(bound(amount, MINIMUM, 50_000 * USD)));
    }

    function _prefund(uint64 loanId, uint64 amount) private watched(0) {
        vm.prank(payer);
        book.prefund(loanId, amount);
        ++taken["prefund"];
    }

    function withdraw(uint256 seed, uint64 amount) external {
        if (loans.length == 0) return;
        uint64 loanId = loans[seed % loans.length];
        uint64 most = book.loanOf(loanId).prefunded;
        if (most != 0) _withdraw(loanId, uint64(bound(amount, 1, most)));
    }

    function _withdraw(uint64 loanId, uint64 amount) private watched(0) {
        vm.prank(book.tailOf(loanId).borrower);
        book.withdrawPrefunded(loanId, amount);
        ++taken["withdraw"];
    }

    /// @notice A batch of two words on one loan and a third on another, of any kind and amount.
    function settle(uint256 seed, uint64 amount) external {
        if (loans.length == 0) return;
        uint64 loanId = loans[seed % loans.length];
        uint64 most = book.loanOf(loanId).prefunded;
        uint64 first = most == 0 ? 1 + uint64(seed >> 8) % 3 : uint64(bound(amount, 1, most));
        bytes32[] memory words = new bytes32[](3);
        words[0] = _word(seed >> 16, loanId, first);
        words[1] = _word(seed >> 24, loanId, amount % (100 * USD));
        words[2] = _word(seed >> 40, _mate(loanId, seed >> 32), 1 + amount % 5);
        _settle(loanId, words);
    }

    function _settle(uint64 loanId, bytes32[] memory words) private watched(loanId) {
        uint32 lane = uint32(loanId >> 40);
        // A charge may raise the debt of any loan in the batch; both are of this lane.
        bool charges = uint256(words[2]) >> 248 == uint256(OperationKind.Charge);
        if (charges) words[2] = bytes32(uint256(words[2]) & ~(uint256(0xff) << 248));
        bytes32[] memory batch = book.batchOf(words, lane);
        vm.prank(relayer);
        book.settle(lane, batch);
        _noteResults(lane, words);
        bytes32 settled = keccak256(abi.encode(book.laneOf(lane).cash, book.laneOf(lane).a));
        vm.prank(relayer);
        book.settle(lane, batch);
        bytes32 again = keccak256(abi.encode(book.laneOf(lane).cash, book.laneOf(lane).a));
        vm.assertEq(settled, again);
        ++taken["settle"];
    }

    function _noteResults(uint32 lane, bytes32[] memory words) private {
        for (uint256 i = 0; i < words.length; ++i) {
            uint64 id = uint64(lane) << 40 | uint40(uint256(words[i]) >> 208);
            OperationResult result = book.resultOf(id);
            vm.assertTrue(result == OperationResult.Applied || result == OperationResult.Failed);
            if (result == OperationResult.Applied) ++taken["applied"];
            resultNoted[id] = result;
            operations.push(id);
        }
    }

    function repay(uint256 seed, uint64 amount) external {
        if (loans.length == 0) return;
        uint64 loanId = loans[seed % loans.length];
        LoanStatus status = book.loanOf(loanId).status;
        uint64 debt = book.debtOf(loanId);
        if (debt == 0 || status == LoanStatus.WrittenOff) return;
        bool all = debt <= MINIMUM || seed >> 8 & 3 == 0;
        _repay(loanId, all ? type(uint64).max : uint64(bound(amount, MINIMUM, debt)));
    }

    /// @dev Always possible, whatever the oracle says (rules D7, I-14).
    function _repay(uint64 loanId, uint64 amount) private watched(0) {
        vm.prank(payer);
        uint64 paid = book.repay(loanId, amount);
        vm.assertTrue(amount != type(uint64).max || book.debtOf(loanId) == 0);
        vm.assertLe(paid, amount);
        ++taken["repay"];
    }

    /// @notice Whoever wants to pays every debt in full, as things stand now (rule I-14).
    function payEveryDebt() external {
        for (uint256 i = 0; i < loans.length; ++i) {
            bool ended = book.loanOf(loans[i]).status == LoanStatus.WrittenOff;
            if (!ended && book.debtOf(loans[i]) != 0) _repay(loans[i], type(uint64).max);
        }
    }

    function topUp(uint256 seed, uint128 amount) external {
        (uint64 loanId, bool found) = _pick(seed, LoanStatus.Open);
        (,, uint128 held) = found ? book.collateralOf(loanId) : (new uint256[](0), address(0), 0);
        if (held != 0) _topUp(loanId, uint128(bound(amount, 1, 1e18)));
    }

    function _topUp(uint64 loanId, uint128 amount) private watched(0) {
        vm.prank(payer);
        book.topUp(loanId, amount);
        ++taken["topUp"];
    }

    function close(uint256 seed) external {
        (uint64 loanId, bool found) = _pick(seed, LoanStatus.Repaid);
        if (found) _close(loanId);
    }

    /// @dev Everything unsold goes to the recorded owner, whatever else is the case (rule D9).
    function _close(uint64 loanId) private watched(0) {
        (uint256[] memory held,, uint128 tokens) = book.collateralOf(loanId);
        address owner = book.tailOf(loanId).borrower;
        uint256 before = lrt.balanceOf(owner);
        book.close(loanId);
        for (uint256 i = 0; i < held.length; ++i) {
            vm.assertEq(registry.ownerOf(held[i]), owner);
        }
        vm.assertEq(lrt.balanceOf(owner) - before, tokens);
        ++taken["close"];
    }

    function _pick(uint256 seed, LoanStatus status) internal view returns (uint64, bool) {
        for (uint256 i = 0; i < loans.length; ++i) {
            uint64 loanId = loans[(seed % loans.length + i) % loans.length];
            if (book.loanOf(loanId).status == status) return (loanId, true);
        }
        return (0, false);
    }

    /// @dev Another loan of the same lane, or a number that no loan has.
    function _mate(uint64 loanId, uint256 seed) private view returns (uint64) {
        uint64 mate = loans[seed % loans.length];
        return loanId >> 40 << 40 | (mate >> 40 == loanId >> 40 ? uint40(mate) : uint40(1));
    }

    function _word(uint256 kind, uint64 loanId, uint64 amount) private returns (bytes32) {
        uint40 number = ++lastOperation[loanId >> 40];
        return bytes32(
            kind % 5 << 248 | uint256(number) << 208 | uint256(uint40(loanId)) << 168
                | uint256(amount) << 104
        );
    }

    function _basketOf(uint64 loanId, Evidence evidence) internal view returns (Basket memory b) {
        (b.assets, b.lrt, b.lrtAmount) = book.collateralOf(loanId);
        b.lrtOpeningPrice = book.lrtOpeningPriceOf(loanId);
        b.evidence = evidence;
    }
}
