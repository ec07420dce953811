// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILane} from "../interfaces/ILane.sol";
import {Card, ILoanBook, LaneState, LoanChange, LoanState} from "../interfaces/ILoanBook.sol";
import {IValuationOracle} from "../interfaces/IValuationOracle.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards} from "../libraries/Cards.sol";
import {Consent} from "../libraries/Consent.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {SignedTerms} from "../libraries/SignedTerms.sol";
import {Basket, Draw, Evidence, Outlook, Plan, Underwriter} from "../libraries/Underwriter.sol";
import {Handover} from "./Handover.sol";
import {Book, LoanStore, Market, NewTerms, Position} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @title Changing an open loan with its borrower's consent: draw, release, extend
/// @notice All three raise risk, so all three end with the debt within the opening limit.
/// @dev Linked at deployment and run by delegatecall: `address(this)` and `msg.sender` are the
/// book's (rule L6). Steps change card and position in memory, in the order in which events are
/// numbered; everything is written once, before any escrow is called.
library Amending {
    using Arguments for bytes;
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using LoanStore for Book;
    using LoanStore for Market;
    using LoanStore for Position;
    using SafeCast for uint256;
    using Schedule for Card;

    /// @notice See `ILoanBook.amend`.
    /// @dev The loan leaves the lane's sums before its rate or principal changes, and comes back
    /// after: so one debt is compared with one limit at the end, whatever was asked for together.
    /// Reverts with `AboveLtv` when the debt is above the limit; with `ProtocolIsPaused` only when
    /// something is drawn (rule C5b). A draw takes the room that the opening took, and its part of
    /// the bucket now (rule L4).
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param call The whole calldata of `amend`: change, signature, proofs, card.
    function amend(Book storage book, Market memory market, bytes calldata call) external {
        LoanChange calldata change = call.changeAt(0);
        Outlook memory outlook = Outlook(market.from, market.from.oracle.present(false));
        if (change.draw != 0) Underwriter.requireRunning(outlook.present);
        Position memory position = book.loadOpen(change.loanId, call.wordsAt(3));
        Card memory card = Cards.read(call.wordsAt(3));
        uint64 commitment = Rooms.commitmentOf(card);
        _admit(book, market.from.oracle, position, card, change, call.bytesAt(1));
        _takeOut(position, card, change);
        (Draw memory draw, uint256 limit) = _quote(outlook, card, call);
        position.lane.exclude(position.loan);
        if (change.draw != 0) _draw(position, card, change, uint16(draw.rateBps));
        if (change.draw != 0) Rooms.flowIn(book, position.laneId, card, change.draw);
        if (change.instalments != 0) _extend(position, card, change, draw);
        position.lane.include(position.loan);
        uint64 debt = position.loan.debtUp(block.timestamp);
        if (debt > limit) revert ILoanBook.AboveLtv(debt, uint64(limit));
        Rooms.shrink(book, position.laneId, card, commitment);
        book.save(position, position.marks.withCard(Cards.wordsOf(card)));
        _send(market, position, card.borrower, card.lrt, change);
    }

    /// @dev The borrower's own call, or its signature, once (rule S4): what it sends itself, a
    /// relayer who has the same change signed cannot send again. Nobody draws or releases with an
    /// instalment missed, or extends with one overdue (rule D8). Reverts with `TermsExpired` and
    /// `InvalidSignature` when another calls; with `NonceUsed`, `Sanctioned`, `BorrowerInShortfall`
    /// and `InstalmentMissed`, which names the due date, whoever calls.
    /// @param oracle Says how long grace has stood still; asked only once a due date is missed.
    /// @param position The open loan: its lane is the one whose nonces count.
    /// @param card The loan's card, which names the borrower.
    /// @param change What is asked for, where it lies in calldata.
    /// @param signature The borrower's; not read when the borrower calls, whose own call has no
    /// deadline.
    function _admit(
        Book storage book,
        IValuationOracle oracle,
        Position memory position,
        Card memory card,
        LoanChange calldata change,
        bytes calldata signature
    ) private {
        if (msg.sender != card.borrower) {
            if (block.timestamp > change.deadline) {
                revert ILoanBook.TermsExpired(change.deadline);
            }
            Consent.requireSigned(card.borrower, Consent.hash(change), signature);
        }
        book.useNonce(card.borrower, position.laneId, change.nonce);
        Handover.requireCleared(book, card.borrower);
        uint64 shortfall = book.shortfalls[card.borrower];
        if (shortfall != 0) revert ILoanBook.BorrowerInShortfall(card.borrower, shortfall);
        bool takesOut = change.draw != 0 || change.assets.length != 0 || change.lrtAmount != 0;
        uint256 index = card.reached(block.timestamp);
        bool missed = index != 0 && card.isMissed(position.loan, index, block.timestamp);
        if (missed && (takesOut || _isOverdue(oracle, position.loan, card))) {
            revert ILoanBook.InstalmentMissed(change.loanId, index);
        }
    }

    /// @dev Whether an instalment is missed whose grace has ended, pauses not counted (rules D5,
    /// C5c).
    function _isOverdue(IValuationOracle oracle, LoanState memory loan, Card memory card)
        private
        view
        returns (bool)
    {
        return card.isOverdue(loan, card.cutoff(oracle, 0), block.timestamp);
    }

    /// @dev Strikes what is released off the loan's list, whose order stays. One pass finds all,
    /// because the change names assets in the loan's order; one that is not found, or out of order,
    /// reverts with `AssetNotPledged`. The list is shortened where it lies: `place` never runs
    /// ahead of `i`, so nothing is overwritten before it was read. More restaking tokens than are
    /// pledged revert with `InvalidTerms`, so the cast to 96 bits cuts nothing. A loan may not be
    /// left without collateral: it would have a limit of zero.
    /// @param position Its lane numbers the events, one for each thing released.
    /// @param card The loan's card; its assets and restaking tokens become those that stay.
    function _takeOut(Position memory position, Card memory card, LoanChange calldata change)
        private
    {
        uint256[] memory assets = card.assets;
        uint256 next;
        uint256 place;
        for (uint256 i; i < assets.length; ++i) {
            uint256 tokenId = assets[i];
            if (next < change.assets.length && tokenId == change.assets[next]) {
                emit ILoanBook.Released(
                    change.loanId, tokenId, ++position.lane.sequence, card.borrower
                );
                ++next;
            } else {
                assets[place++] = tokenId;
            }
        }
        if (next != change.assets.length) {
            revert ILoanBook.AssetNotPledged(change.loanId, change.assets[next]);
        }
        assembly ("memory-safe") {
            mstore(assets, place)
        }
        if (change.lrtAmount == 0) return;
        if (change.lrtAmount > card.lrtAmount) revert ILoanBook.InvalidTerms("lrtAmount");
        card.lrtAmount -= uint96(change.lrtAmount);
        emit ILoanBook.LrtReleased(
            change.loanId, card.lrt, ++position.lane.sequence, change.lrtAmount, card.borrower
        );
    }

    /// @dev What the present table gives what stays pledged, at newest-round values (rules V1, V2).
    /// Reverts as `Underwriter.quote` does; with `RateTooHigh` when a draw or an extension would
    /// cost more than was signed. A release alone is asked for no rate.
    /// @return draw Rate and late fee, the highest of the classes; grace and cure window, the
    /// shortest.
    /// @return limit Most that may be owed: borrowing values at the opening LTVs, ledger units,
    /// rounded down.
    function _quote(Outlook memory outlook, Card memory card, bytes calldata call)
        private
        view
        returns (Draw memory draw, uint256 limit)
    {
        LoanChange calldata change = call.changeAt(0);
        Plan memory plan = _planOf(card, change);
        limit = Underwriter.quote(draw, outlook, _basketOf(card), call.proofsAt(2), plan);
        if (plan.standard) Underwriter.checkRate(draw.rateBps, change.maxRateBps);
    }

    /// @dev What stays pledged; for each thing of it a proof of the newest round is due, in the
    /// card's order and the restaking tokens' last.
    function _basketOf(Card memory card) private pure returns (Basket memory) {
        return Basket(card.assets, card.lrt, card.lrtAmount, card.lrtOpeningPrice, Evidence.Newest);
    }

    /// @dev Dates and schedule against which attestations and classes are held: the new ones of an
    /// extension, else what is left of the present ones. A release alone is no new borrowing, and
    /// is not held to what classes ask of such; attestations must last for it too (rule A4).
    /// Reverts with `InvalidTerms` for a new schedule without due dates, or with less than a day
    /// between them.
    /// @param card The loan's card.
    /// @param change What is asked for; no instalments stand for no extension.
    /// @return plan Schedule, seconds to the last due date, and whether the classes' rules hold.
    function _planOf(Card memory card, LoanChange calldata change)
        private
        view
        returns (Plan memory plan)
    {
        plan.standard = change.draw != 0 || change.instalments != 0;
        if (change.instalments != 0) {
            SignedTerms.checkDates(change.instalments, change.interval);
            plan.schedule = change.schedule;
            plan.tenor = uint256(change.instalments) * change.interval;
        } else {
            plan.schedule = card.schedule;
            plan.tenor = card.tenorLeft(block.timestamp);
        }
    }

    /// @dev Out of the lane's own cash (rule L3), at the debt-weighted mean of both rates, rounded
    /// up for the pool (D4): the mean of two rates is at most the higher, so it fits 16 bits.
    /// Principal is then spread anew over the due dates left. Reverts with `LaneShortOfCash`; with
    /// `AboveLimit` when principal would pass the signed limit; with `InvalidTerms("instalments")`
    /// after the last due date, and with `InvalidTerms("principal")` for a size that the hot slot
    /// does not bear.
    /// @param position The loan, out of its lane's sums.
    /// @param card Gets the principal from which the schedule counts, rounded up.
    /// @param change The amount drawn, ledger units.
    /// @param rateBps Yearly rate of the present epoch, basis points, within the signed one.
    function _draw(
        Position memory position,
        Card memory card,
        LoanChange calldata change,
        uint16 rateBps
    ) private {
        LoanState memory loan = position.loan;
        uint64 available = position.lane.available();
        if (change.draw > available) {
            revert ILoanBook.LaneShortOfCash(position.laneId, available);
        }
        uint256 principal = uint256(loan.principal) + change.draw;
        if (principal > card.limit) revert ILoanBook.AboveLimit(uint64(principal), card.limit);
        uint256 index = card.reached(block.timestamp);
        if (index == card.instalments) revert ILoanBook.InvalidTerms("instalments");
        uint256 debt = loan.debtUp(block.timestamp);
        _accrue(loan);
        uint256 weighted = debt * loan.rateBps + uint256(change.draw) * rateBps;
        loan.rateBps = uint16(Math.ceilDiv(weighted, debt + change.draw));
        loan.principal = uint56(principal);
        Underwriter.checkSize(principal, loan.rateBps);
        card.basePrincipal = card.baseFor(principal, index).toUint56();
        position.lane.cash -= change.draw;
        emit ILoanBook.LoanDrawn(change.loanId, ++position.lane.sequence, change.draw, rateBps);
    }

    /// @dev A new schedule on the present table's terms (rule D8). Interest at the old rate is
    /// brought up to date first. After a draw in the same change the rate is the present epoch's
    /// for all of the debt.
    /// @param position The loan, out of its lane's sums.
    /// @param card Its card: dates count from now, and from the principal as it stands.
    /// @param change The new dates, which `_planOf` has checked.
    /// @param draw What the table gives; windows and fee were 24 and 16 bits wide in the offer.
    function _extend(
        Position memory position,
        Card memory card,
        LoanChange calldata change,
        Draw memory draw
    ) private {
        _accrue(position.loan);
        position.reschedule(
            card,
            NewTerms({
                rateBps: uint16(draw.rateBps),
                schedule: change.schedule,
                instalments: change.instalments,
                interval: change.interval,
                gracePeriod: uint24(draw.gracePeriod),
                cureWindow: uint24(draw.cureWindow),
                lateFeeBps: uint16(draw.lateFeeBps)
            })
        );
    }

    /// @dev Puts the interest that has run into the slot, so that the rate may change. Reverts with
    /// SafeCast's error should it outgrow 88 bits.
    function _accrue(LoanState memory loan) private view {
        loan.accruedScaled = loan.interestScaled(block.timestamp).toUint88();
        loan.lastAccrual = uint32(block.timestamp);
    }

    /// @dev The only calls that move something, after all is written: assets, restaking tokens,
    /// cash. The borrower has been cleared, and is the recorded owner, whoever called.
    /// @param market Names the token and where escrows are.
    /// @param lrt Restaking token of the card, zero when it has none.
    /// @param change What was asked for; each part that is zero or empty moves nothing.
    function _send(
        Market memory market,
        Position memory position,
        address borrower,
        address lrt,
        LoanChange calldata change
    ) private {
        ILane escrow = market.escrow(position.laneId);
        for (uint256 i; i < change.assets.length; ++i) {
            escrow.sendAsset(address(market.from.registry), borrower, change.assets[i]);
        }
        if (change.lrtAmount != 0) escrow.sendToken(lrt, borrower, change.lrtAmount);
        if (change.draw != 0) market.send(position, borrower, change.draw);
    }
}
