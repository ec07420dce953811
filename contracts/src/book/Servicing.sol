// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    Card,
    ILoanBook,
    LaneState,
    LoanState,
    LoanStatus,
    OperationFailure
} from "../interfaces/ILoanBook.sol";
import {IValuationOracle, ValueProof} from "../interfaces/IValuationOracle.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards} from "../libraries/Cards.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {SignedTerms} from "../libraries/SignedTerms.sol";
import {Underwriter} from "../libraries/Underwriter.sol";
import {Words} from "../libraries/Words.sol";
import {Incomes} from "./Incomes.sol";
import {Book, LoanStore, Market, Position} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @title What comes to a running loan: income, fees, more collateral
/// @notice None of it is ever paused, and none raises a debt but the late fee (rules D7, D2).
/// @dev Linked at deployment and run by delegatecall: `address(this)` and `msg.sender` are the
/// book's (rule L6). State is saved before tokens move.
library Servicing {
    using Arguments for bytes;
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using LoanStore for Book;
    using LoanStore for Market;
    using LoanStore for Position;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Schedule for Card;
    using Words for uint64;

    /// @notice See `ILoanBook.pay`.
    /// @dev Reverts with `LoanNotFound` and `CardMismatch`; with `AmountTooSmall` below the
    /// smallest payment, and with `WrongStatus` for a loan that is closed or written off.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param amount Ledger units; all of it is taken from the caller.
    /// @param card Words of the loan's card.
    function pay(
        Book storage book,
        Market memory market,
        uint64 loanId,
        uint64 amount,
        bytes32[] calldata card
    ) external {
        Position memory position = book.load(loanId, card);
        _receive(book, market, position, Cards.read(card), amount, msg.sender);
        market.pull(position, amount);
    }

    /// @notice See `ILoanBook.sweep`.
    /// @dev What is less than a ledger unit stays at the address for the next time. Reverts as
    /// `pay` does: so with less than the smallest payment there, nothing is swept. Of a loan that
    /// has ended see `Donations.sweepEnded`.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param card Words of the loan's card.
    /// @return amount What was there, in whole ledger units, rounded down.
    function sweep(Book storage book, Market memory market, uint64 loanId, bytes32[] calldata card)
        external
        returns (uint64 amount)
    {
        address income = Incomes.addressOf(loanId, market.escrowCodeHash);
        amount = (market.token.balanceOf(income) / market.unitScale).toUint64();
        Position memory position = book.load(loanId, card);
        _receive(book, market, position, Cards.read(card), amount, income);
        address till = address(market.tillOf(position.laneId, position.lane.till));
        Incomes.contractOf(market, loanId)
            .sendToken(address(market.token), till, amount * market.unitScale);
    }

    /// @notice See `ILoanBook.collect`.
    /// @dev What a relayer can do for a borrower, the borrower can do itself (rule S1): the same
    /// conditions as `Payments.collect`, with `OperationRefused` in the place of a failed word.
    /// Reverts also with `WrongStatus` for a loan that is not open, and with `NotBorrower`.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param amount Ledger units, at most what is prefunded and what is owed.
    /// @param card Words of the loan's card.
    function collect(
        Book storage book,
        Market memory market,
        uint64 loanId,
        uint64 amount,
        bytes32[] calldata card
    ) external {
        Position memory position = book.loadOpen(loanId, card);
        _requireBorrower(loanId, card);
        uint64 debt = position.loan.debtUp(block.timestamp);
        if (amount > position.loan.prefunded) _refuse(loanId, OperationFailure.MoreThanPrefunded);
        if (amount > debt) _refuse(loanId, OperationFailure.MoreThanDebt);
        if (amount < market.minimumPayment && amount < debt) {
            _refuse(loanId, OperationFailure.BelowMinimum);
        }
        _collect(position, amount);
        book.save(position);
    }

    /// @notice See `ILoanBook.charge`.
    /// @dev Loan and lane get the fee in one call, the due date its mark (rules D2, S1). Reverts
    /// with `WrongStatus`, and with `OperationRefused` that says `NothingDue` or `AlreadyCharged`.
    /// @param book The loan book's storage.
    /// @param oracle Says up to when due dates have had their grace.
    /// @param loanId The loan.
    /// @param index Number of the due date, from 1. One that is charged closes those before it.
    /// @param words Words of the loan's card.
    function charge(
        Book storage book,
        IValuationOracle oracle,
        uint64 loanId,
        uint16 index,
        bytes32[] calldata words
    ) external {
        Position memory position = book.loadOpen(loanId, words);
        Card memory card = Cards.read(words);
        OperationFailure failure = card.chargeable(
            position.loan,
            position.marks.chargedThrough(),
            index,
            card.cutoff(oracle, 0),
            block.timestamp
        );
        if (failure != OperationFailure.None) _refuse(loanId, failure);
        position.lane.exclude(position.loan);
        position.loan.charge(card.lateFee(), block.timestamp);
        position.lane.include(position.loan);
        emit ILoanBook.Charged(loanId, ++position.lane.sequence, index);
        book.save(position, position.marks.withCharged(index));
    }

    /// @notice See `ILoanBook.topUp`.
    /// @dev Anyone, because a top-up only secures more: tokens cannot be frozen or revoked as
    /// assets can (rule D7b). Only of the kind that the loan has or had. Reverts with `WrongStatus`
    /// unless the loan is open or called, with `InvalidTerms("lrt")` and
    /// `InvalidTerms("lrtAmount")`.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param lrtAmount Base units of the restaking token, taken from the caller.
    /// @param words Words of the loan's card.
    function topUp(
        Book storage book,
        Market memory market,
        uint64 loanId,
        uint128 lrtAmount,
        bytes32[] calldata words
    ) external {
        Position memory position = _loadForTopUp(book, loanId, words);
        Card memory card = Cards.read(words);
        if (card.lrt == address(0)) revert ILoanBook.InvalidTerms("lrt");
        if (lrtAmount == 0) revert ILoanBook.InvalidTerms("lrtAmount");
        card.lrtAmount = (uint256(card.lrtAmount) + lrtAmount).toUint96();
        emit ILoanBook.LrtPledged(loanId, card.lrt, ++position.lane.sequence, lrtAmount);
        book.save(position, position.marks.withCard(Cards.wordsOf(card)));
        address escrow = address(market.escrow(position.laneId));
        IERC20(card.lrt).safeTransferFrom(msg.sender, escrow, lrtAmount);
    }

    /// @notice See `ILoanBook.topUpAsset`.
    /// @dev The asset must be active and attested to the last due date, its class enabled, and the
    /// newest round must value it (rules A4, D7b): an asset that nobody values would keep the loan
    /// from being called. It counts in its class, whatever the room. Reverts with `WrongStatus`
    /// unless the loan is open or called, with `NotBorrower`, with `InvalidTerms("assets")` beyond
    /// 32, as `Underwriter.checkPledge` does, and as the registry does for an asset that is not the
    /// caller's.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param call The whole calldata of `topUpAsset`: id, proof, card.
    function topUpAsset(Book storage book, Market memory market, uint64 loanId, bytes calldata call)
        external
    {
        bytes32[] calldata words = call.wordsAt(2);
        Position memory position = _loadForTopUp(book, loanId, words);
        ValueProof calldata proof = call.proofAt(1);
        _requireBorrower(loanId, words);
        Card memory card = Cards.read(words);
        Underwriter.checkPledge(market.from, proof, card.tenorLeft(block.timestamp));
        uint256 tokenId = proof.leaf.assetId;
        card.assets = _with(card.assets, tokenId);
        Rooms.join(book, position.laneId, card, proof.leaf.classId);
        emit ILoanBook.Pledged(loanId, tokenId, ++position.lane.sequence);
        book.save(position, position.marks.withCard(Cards.wordsOf(card)));
        address escrow = address(market.escrow(position.laneId));
        market.from.registry.pledge(tokenId, msg.sender, escrow);
    }

    /// @dev The list with one more asset behind the others: additions keep the order in which they
    /// came, so that a list is sorted only at opening. Nothing is in it twice: the registry holds
    /// what is pledged.
    /// @return longer A new list.
    function _with(uint256[] memory assets, uint256 tokenId)
        private
        pure
        returns (uint256[] memory longer)
    {
        uint256 place = assets.length;
        if (place == SignedTerms.MAX_ASSETS) revert ILoanBook.InvalidTerms("assets");
        longer = new uint256[](place + 1);
        for (uint256 i; i < place; ++i) {
            longer[i] = assets[i];
        }
        longer[place] = tokenId;
    }

    /// @dev Reverts with `NotBorrower`. The card has been compared, so it names the recorded owner.
    function _requireBorrower(uint64 loanId, bytes32[] calldata card) private view {
        if (msg.sender != Cards.borrowerOf(card)) {
            revert ILoanBook.NotBorrower(loanId, msg.sender);
        }
    }

    /// @dev What would be a failed word of a batch undoes a call of its own.
    function _refuse(uint64 loanId, OperationFailure failure) private pure {
        revert ILoanBook.OperationRefused(loanId, failure);
    }

    /// @dev Open or called. A lot of a running auction must not be passed by: its lots are counted.
    function _loadForTopUp(Book storage book, uint64 loanId, bytes32[] calldata card)
        private
        view
        returns (Position memory position)
    {
        position = book.load(loanId, card);
        if (position.loan.status != LoanStatus.Called) position.requireStatus(LoanStatus.Open);
    }

    /// @dev Books income: due instalments first, the rest prefunds; a called loan's debt is paid,
    /// and what no debt needs is the borrower's (rule D6). The caller moves the cash after. Reverts
    /// with `AmountTooSmall` below the smallest payment, also where that would end the debt.
    /// @param card The loan's card.
    /// @param amount Ledger units that come to the lane's till.
    /// @param payer Whose cash it was, for the event: the caller, or the income address.
    function _receive(
        Book storage book,
        Market memory market,
        Position memory position,
        Card memory card,
        uint64 amount,
        address payer
    ) private {
        if (amount < market.minimumPayment) {
            revert ILoanBook.AmountTooSmall(amount, market.minimumPayment);
        }
        position.lane.cash += amount;
        LoanStatus before = position.loan.status;
        if (before == LoanStatus.Open) {
            _prefund(market, position, card, amount, payer);
        } else {
            _payDown(book, position, card.borrower, amount, payer);
        }
        book.saveCalled(position, before);
    }

    /// @dev All is set aside first, then what is due is taken of it, with cash that was there
    /// before. A collection of dust waits for the next payment, unless it ends the debt (rule D1).
    /// Reverts with SafeCast's error should prefunded cash outgrow 56 bits.
    /// @param position The open loan; its lane's cash has the amount already.
    function _prefund(
        Market memory market,
        Position memory position,
        Card memory card,
        uint64 amount,
        address payer
    ) private {
        LoanState memory loan = position.loan;
        loan.prefunded = (uint256(loan.prefunded) + amount).toUint56();
        position.lane.owed += amount;
        emit ILoanBook.Prefunded(position.id, payer, ++position.lane.sequence, amount);
        uint64 due = uint64(Math.min(card.dueNow(loan, block.timestamp), loan.prefunded));
        bool dust = due < market.minimumPayment && due < loan.debtUp(block.timestamp);
        if (due != 0 && !dust) _collect(position, due);
    }

    /// @dev A called loan, or one in auction: up to its debt. A repaid one needs nothing. What is
    /// left waits for its owner in the lane (see `ILoanBook.claim`), also where that is less than
    /// the smallest payment. Reverts with `WrongStatus` for a loan that has ended.
    /// @param owner The recorded owner.
    function _payDown(
        Book storage book,
        Position memory position,
        address owner,
        uint64 amount,
        address payer
    ) private {
        LoanStatus status = position.loan.status;
        if (status == LoanStatus.Called || status == LoanStatus.Auctioned) {
            uint64 paid = uint64(Math.min(amount, position.loan.debtUp(block.timestamp)));
            position.pay(paid);
            position.carry(position.loan.impaired);
            emit ILoanBook.Repaid(position.id, payer, ++position.lane.sequence, paid);
            amount -= paid;
        } else {
            position.requireStatus(LoanStatus.Repaid);
        }
        if (amount == 0) return;
        position.lane.owed += amount;
        book.claimable[position.laneId][owner] += amount;
        emit ILoanBook.IncomeKept(position.id, owner, ++position.lane.sequence, amount);
    }

    /// @dev Out of prefunded cash: what was owed to the borrower becomes the pool's. The lane's
    /// cash stays as it is, and `cash - owed` grows as the lane's debt falls (rule P3). The cast
    /// cuts nothing: the amount is at most what is prefunded.
    /// @param amount Ledger units, at most what is prefunded and what is owed.
    function _collect(Position memory position, uint64 amount) private {
        position.loan.prefunded -= uint56(amount);
        position.lane.owed -= amount;
        position.pay(amount);
        emit ILoanBook.Collected(position.id, ++position.lane.sequence, amount);
    }
}
