// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../../src/interfaces/ILoanBook.sol";
import {Schedule} from "../../../src/libraries/Schedule.sol";
import {MarketActions} from "./MarketActions.sol";
import {Carded} from "../../support/Carded.sol";
import {Shelf} from "../../support/Shelf.sol";

using Carded for ILoanBook;

/// @title The whole system, and what holds of it after every action
contract Handler is MarketActions {
    uint256 private constant SCALE = 315_360_000_000;

    constructor() {
        _build();
        _startValues();
        _publish();
        vm.warp(block.timestamp + 6 hours);
        _publish();
        _lend();
        _learnEvents();
        Shelf.openManually(book, address(house));
    }

    function _lend() private {
        for (uint256 i = 0; i < 2; ++i) {
            vm.startPrank(lenders[i]);
            uint64 amount = (4_000_000 - 3_000_000 * uint64(i)) * USD;
            vaults[i].requestDeposit(amount, lenders[i], lenders[i]);
            pool.fundReserve(5_000_000 * USD);
            vm.stopPrank();
        }
        vm.warp(block.timestamp + 1 days);
        pool.closeEpoch();
    }

    /// @notice Debts of open loans and the lane's sums are one figure (rules D3, I-03).
    function checkDebts() external view {
        for (uint32 lane = 0; lane < LANES; ++lane) {
            (uint256 shown, uint256 exact, uint256 count) = _debtsOf(lane);
            LaneState memory state = _lane(lane);
            uint256 sums = uint256(int256(state.a) + int256(uint256(state.b) * block.timestamp));
            vm.assertEq(sums, exact, "lane sums");
            vm.assertGe(shown * SCALE, sums);
            vm.assertTrue(count == 0 ? sums == 0 : shown * SCALE - sums < count * SCALE);
        }
    }

    /// @dev Debts as shown, rounded up loan by loan; the exact sum times SCALE; and open loans.
    function _debtsOf(uint32 lane)
        private
        view
        returns (uint256 shown, uint256 exact, uint256 count)
    {
        for (uint256 i = 0; i < loans.length; ++i) {
            if (loans[i] >> 40 != lane) continue;
            LoanState memory loan = book.loanOf(loans[i]);
            if (loan.status != LoanStatus.Open) continue;
            vm.assertLe(loan.lastAccrual, block.timestamp);
            shown += book.debtOf(loans[i]);
            exact += uint256(loan.principal) * SCALE + loan.accruedScaled;
            exact += uint256(loan.principal) * loan.rateBps * (block.timestamp - loan.lastAccrual);
            ++count;
        }
    }

    /// @notice What a lane owes to others is theirs, and all its cash is there (rules L3, I-02).
    /// Returns what no book knows: donations that nobody has swept.
    function checkCash() external view returns (uint256 surplus) {
        surplus = coin.balanceOf(address(pool)) - _bookedInPool();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            LaneState memory state = _lane(lane);
            uint256 owed;
            uint256 impaired;
            for (uint256 i = 0; i < loans.length; ++i) {
                if (loans[i] >> 40 != lane) continue;
                owed += book.loanOf(loans[i]).prefunded;
                impaired += book.loanOf(loans[i]).impaired;
            }
            for (uint256 i = 0; i < OWNERS; ++i) {
                owed += book.claimableOf(lane, vm.addr(ownerKeys[i]));
            }
            vm.assertEq(state.owed, owed, "owed");
            vm.assertEq(state.impaired, impaired, "impaired");
            vm.assertLe(state.owed, state.cash, "cash below what is owed");
            surplus += _cashIn(lane) - state.cash;
        }
    }

    function _bookedInPool() private view returns (uint256) {
        (bool found, bytes memory held) =
            address(pool).staticcall(abi.encodeWithSignature("held()"));
        vm.assertTrue(found);
        return uint256(pool.cash()) + pool.reserve() + abi.decode(held, (uint256));
    }

    /// @notice NAV is the pool's cash and what the lanes are worth, rounded down once (rule P3).
    function checkNav() external view {
        int256 worth;
        for (uint32 lane = 0; lane < LANES; ++lane) {
            LaneState memory state = _lane(lane);
            worth += int256(uint256(state.cash) - state.owed + state.impaired) * int256(SCALE);
            worth += int256(state.a) + int256(uint256(state.b) * block.timestamp);
        }
        vm.assertEq(pool.nav(), pool.cash() + uint256(worth) / SCALE);
    }

    /// @notice An asset in an escrow belongs to one loan there that has not ended, and the other
    /// way round (rules I-01, I-09); a debt has something behind it.
    function checkCustody() external view {
        uint256 claims;
        for (uint256 i = 0; i < loans.length; ++i) {
            LoanState memory loan = book.loanOf(loans[i]);
            if (loan.status == LoanStatus.Closed) continue;
            (uint256[] memory held,, uint128 tokens) = book.collateralOf(loans[i]);
            for (uint256 j = 0; j < held.length; ++j) {
                vm.assertEq(registry.ownerOf(held[j]), book.escrowOf(uint32(loans[i] >> 40)));
            }
            claims += held.length;
            if (book.debtOf(loans[i]) != 0) vm.assertGt(held.length + tokens, 0);
        }
        uint256 locked;
        for (uint256 i = 0; i < assets.length; ++i) {
            if (registry.lockerOf(assets[i]) != address(0)) ++locked;
        }
        vm.assertEq(locked, claims, "assets in escrow and assets pledged");
    }

    /// @notice Restaking tokens in an escrow are those of its loans (rule I-01).
    function checkRestakingTokens() external view {
        for (uint32 lane = 0; lane < LANES; ++lane) {
            uint256 pledged;
            for (uint256 i = 0; i < loans.length; ++i) {
                bool counts =
                    loans[i] >> 40 == lane && book.loanOf(loans[i]).status != LoanStatus.Closed;
                if (!counts) continue;
                (,, uint128 tokens) = book.collateralOf(loans[i]);
                pledged += tokens;
            }
            vm.assertEq(lrt.balanceOf(book.escrowOf(lane)), pledged);
        }
    }

    /// @notice No call makes or loses a unit of the stablecoin (rule I-08).
    function checkSupply() external view {
        uint256 sum = coin.balanceOf(address(pool)) + coin.balanceOf(payer) + coin.balanceOf(bidder)
            + coin.balanceOf(lenders[0]) + coin.balanceOf(lenders[1]) + coin.balanceOf(treasury)
            + coin.balanceOf(address(this)) + 1_000_000 * USD;
        for (uint256 i = 0; i < OWNERS; ++i) {
            sum += coin.balanceOf(vm.addr(ownerKeys[i]));
        }
        for (uint32 lane = 0; lane < LANES; ++lane) {
            sum += _cashIn(lane);
        }
        vm.assertEq(sum, coin.totalSupply());
    }

    /// @notice A result once written stays what it is (rules S2, I-30).
    function checkResults() external view {
        for (uint256 i = 0; i < operations.length; ++i) {
            OperationResult noted = resultNoted[operations[i]];
            vm.assertEq(uint256(book.resultOf(operations[i])), uint256(noted));
        }
    }

    /// @notice The contracts, for calls of any kind.
    function targets() external view returns (address[] memory found) {
        found = new address[](8);
        (found[0], found[1], found[2]) = (address(book), address(house), address(pool));
        (found[6], found[7]) = (address(vaults[0]), address(vaults[1]));
        (found[3], found[4], found[5]) = (address(oracle), address(registry), address(risk));
    }

    /// @notice Everybody whose balance is watched: who else would call must hold nothing.
    function actors() external view returns (address[] memory found) {
        found = new address[](OWNERS + 5);
        (found[0], found[1], found[2]) = (payer, bidder, relayer);
        (found[3], found[4]) = (lenders[0], lenders[1]);
        for (uint256 i = 0; i < OWNERS; ++i) {
            found[5 + i] = vm.addr(ownerKeys[i]);
        }
    }
}
