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
    function sweep(
        Book storage book,
        Market memory market,
        uint64 loanId,
        bytes32[] calldata card
    ) external returns (uint64 amount) {
        address income = Incomes.addressOf(loanId, market.escrowCodeHash);
        amount = (market.token.balanceOf(income) / market.unitScale).toUint64();
        Position memory position = book.load(loanId, card);
        _receive(book, market, position, Cards.read(card), amount, income);
        address till = address(market.tillOf(position.laneId, position.lane.till));
        Incomes.contractOf(market, loanId)
            .sendToken(address(market.token), till, amount * market.unitScale);
    }

    /// @notice See `ILoanBook.collect`.
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

    function _requireBorrower(uint64 loanId, bytes32[] calldata card) private view {
        if (msg.sender != Cards.borrowerOf(card)) {
            revert ILoanBook.NotBorrower(loanId, msg.sender);
        }
    }

    function _refuse(uint64 loanId, OperationFailure failure) private pure {
        revert ILoanBook.OperationRefused(loanId, failure);
    }

    /// @dev A lot of a running auction must not be passed by.
    function _loadForTopUp(Book storage book, uint64 loanId, bytes32[] calldata card)
        private
        view
        returns (Position memory position)
    {
        position = book.load(loanId, card);
        if (position.loan.status != LoanStatus.Called) position.requireStatus(LoanStatus.Open);
    }

    /// @dev Books income: due instalments first, the rest prefunds; a called loan's debt is paid,
    /// and what no debt needs is the borrower's (rule D6).
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

    /// @dev A called loan, or one in auction: up to its debt. A repaid one needs nothing.
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

    /// @dev Out of prefunded cash: what was owed to the borrower becomes the pool's.
    function _collect(Position memory position, uint64 amount) private {
        position.loan.prefunded -= uint56(amount);
        position.lane.owed -= amount;
        position.pay(amount);
        emit ILoanBook.Collected(position.id, ++position.lane.sequence, amount);
    }
}
