// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IBidderGate} from "../../src/interfaces/IBidderGate.sol";
import {IBuyCallback} from "../../src/interfaces/IBuyCallback.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";
import {Vm} from "../support/Vm.sol";
import {Carded} from "../support/Carded.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @notice A contract that buys and pays after the lot has come.
contract LaneBuyer is IBuyCallback {
    IAuctionHouse private immutable _house;

    constructor(IAuctionHouse house_) {
        _house = house_;
    }

    function buy(uint64 loanId, bytes32[] calldata card) external {
        _house.buyWithCallback(loanId, type(uint64).max, "", card);
    }

    function onLotBought(uint64, uint256, uint128, uint64, bytes calldata) external {}
}

/// @title Rule L1: operations on different lanes, for different parties, share nothing
/// @notice Each operation runs for `borrower` on lane 0 and for `other` on lane 1; no slot that
/// one writes is read or written by the other, in any contract. The recorder keeps every access.
contract LaneRuleTest is BookBase, IBidderGate {
    struct Slot {
        address account;
        bytes32 key;
    }

    /// @dev Foundry's number for the making of a contract.
    uint8 private constant CREATE = 4;
    uint256 private constant OTHER_HOUSE = 3_003;
    uint256 private constant OTHER_CAR = 4_004;
    address private otherRelayer;
    address private thirdParty;
    uint64[2] private loans;

    Slot[] private reads;
    Slot[] private writes;

    function setUp() public override {
        super.setUp();
        otherRelayer = named("other relayer");
        thirdParty = named("third party");
        book.setRelayer(1, otherRelayer, true);
        _mint(OTHER_HOUSE, HOUSE_CLASS, other, 400_000 * USD);
        _mint(OTHER_CAR, CAR_CLASS, other, 20_000 * USD);
        lrt.mint(other, 100e18);
        _allow(thirdParty);
    }

    /// @custom:invariant L1
    function test_opening() public {
        (bytes memory first, bytes memory second) = (_opening(0), _opening(1));

        _assertApart(thirdParty, address(book), first, relayer, address(book), second);
    }

    /// @custom:invariant L1
    function test_prefunding() public {
        _openBoth();

        _assertApartOnBook(
            abi.encodeCall(ILoanBook.prefund, (loans[0], 9 * USD)),
            abi.encodeCall(ILoanBook.prefund, (loans[1], 9 * USD))
        );
    }

    /// @custom:invariant L1
    function test_withdrawing() public {
        _openBoth();
        book.prefund(loans[0], 9 * USD);
        book.prefund(loans[1], 9 * USD);

        _assertApartOnBook(
            abi.encodeCall(
                ILoanBook.withdrawPrefunded, (loans[0], 9 * USD, book.wordsOf(loans[0]))
            ),
            abi.encodeCall(
                ILoanBook.withdrawPrefunded, (loans[1], 9 * USD, book.wordsOf(loans[1]))
            )
        );
    }

    /// @custom:invariant L1
    function test_repaying() public {
        _openBoth();
        vm.warp(START + 20 days);

        _assertApartOnBook(
            abi.encodeCall(ILoanBook.repay, (loans[0], 9_000 * USD)),
            abi.encodeCall(ILoanBook.repay, (loans[1], 9_000 * USD))
        );
    }

    /// @custom:invariant L1
    function test_topping_up() public {
        _openBoth();

        _assertApartOnBook(
            abi.encodeCall(
                ILoanBook.topUp, (loans[0], 1e18, book.wordsOf(loans[0]))
            ),
            abi.encodeCall(
                ILoanBook.topUp, (loans[1], 1e18, book.wordsOf(loans[1]))
            )
        );
    }

    /// @custom:invariant L1
    function test_drawing_and_releasing() public {
        _openBoth();

        _assertApartOnBook(_amendment(0), _amendment(1));
    }

    /// @custom:invariant L1
    function test_income() public {
        _openBoth();
        vm.warp(START + 30 days);

        _assertApartOnBook(
            abi.encodeCall(
                ILoanBook.pay, (loans[0], 9_000 * USD, book.wordsOf(loans[0]))
            ),
            abi.encodeCall(
                ILoanBook.pay, (loans[1], 9_000 * USD, book.wordsOf(loans[1]))
            )
        );
    }

    /// @custom:invariant L1
    function test_sweeping() public {
        _openBoth();
        token.mint(book.incomeAddressOf(loans[0]), 9 * USD);
        token.mint(book.incomeAddressOf(loans[1]), 9 * USD);

        _assertApartOnBook(
            abi.encodeCall(ILoanBook.sweep, (loans[0], book.wordsOf(loans[0]))),
            abi.encodeCall(ILoanBook.sweep, (loans[1], book.wordsOf(loans[1])))
        );
        vm.assertEq(vm.getNonce(book.incomeAddressOf(loans[1])), 1);
    }

    /// @custom:invariant L1
    function test_settling() public {
        _openBoth();
        book.prefund(loans[0], 900 * USD);
        book.prefund(loans[1], 900 * USD);
        vm.warp(START + 45 days);
        bytes memory first = abi.encodeCall(ILoanBook.settle, (0, _batch(loans[0])));
        bytes memory second = abi.encodeCall(ILoanBook.settle, (1, _batch(loans[1])));

        _assertApart(relayer, address(book), first, otherRelayer, address(book), second);
    }

    /// @custom:invariant L1
    function test_calling() public {
        _openBoth();
        vm.warp(START + 45 days);

        _assertApartOnBook(
            abi.encodeCall(ILoanBook.callOverdue, (loans[0], _proofs(loans[0], 2), book.wordsOf(loans[0]))),
            abi.encodeCall(ILoanBook.callOverdue, (loans[1], _proofs(loans[1], 2), book.wordsOf(loans[1])))
        );
    }

    /// @custom:invariant L1
    function test_curing() public {
        _callBoth();

        _assertApartOnBook(
            abi.encodeCall(ILoanBook.cure, (loans[0], 30_000 * USD, _proofs(loans[0], 2), book.wordsOf(loans[0]))),
            abi.encodeCall(ILoanBook.cure, (loans[1], 30_000 * USD, _proofs(loans[1], 2), book.wordsOf(loans[1])))
        );
    }

    /// @custom:invariant L1
    function test_closing() public {
        _openBoth();
        book.repay(loans[0], type(uint64).max);
        book.repay(loans[1], type(uint64).max);

        _assertApartOnBook(
            abi.encodeCall(ILoanBook.close, (loans[0], book.wordsOf(loans[0]))), abi.encodeCall(ILoanBook.close, (loans[1], book.wordsOf(loans[1])))
        );
    }

    /// @custom:invariant L1
    function test_opening_auctions() public {
        _callBoth();
        vm.warp(START + 60 days);

        _assertApart(
            borrower,
            address(house),
            abi.encodeCall(IAuctionHouse.open, (loans[0], _proofs(loans[0], 2), book.wordsOf(loans[0]))),
            other,
            address(house),
            abi.encodeCall(IAuctionHouse.open, (loans[1], _proofs(loans[1], 2), book.wordsOf(loans[1])))
        );
    }

    /// @custom:invariant L1
    function test_buying_and_claiming() public {
        _callBoth();
        vm.warp(START + 60 days);
        for (uint256 i = 0; i < 2; ++i) {
            book.repay(loans[i], book.debtOf(loans[i]) - 100_000 * USD);
            house.open(loans[i], _proofs(loans[i], 2));
            house.buy(loans[i], type(uint64).max);
        }
        bytes memory buyFirst = _buying(loans[0]);
        bytes memory buySecond = _buying(loans[1]);

        _assertApart(thirdParty, address(house), buyFirst, other, address(house), buySecond);

        vm.assertGt(book.claimableOf(0, borrower), 0);
        _assertApartOnBook(
            abi.encodeCall(ILoanBook.claim, (0)), abi.encodeCall(ILoanBook.claim, (1))
        );
    }

    /// @custom:invariant L1
    function test_buying_with_a_callback() public {
        _callBoth();
        vm.warp(START + 60 days);
        LaneBuyer[2] memory buyers;
        for (uint256 i = 0; i < 2; ++i) {
            house.open(loans[i], _proofs(loans[i], 2));
            house.buy(loans[i], type(uint64).max);
            buyers[i] = new LaneBuyer(house);
            _allow(address(buyers[i]));
        }
        bytes memory first = abi.encodeCall(LaneBuyer.buy, (loans[0], book.wordsOf(loans[0])));
        bytes memory second = abi.encodeCall(LaneBuyer.buy, (loans[1], book.wordsOf(loans[1])));

        _assertApart(
            thirdParty, address(buyers[0]), first, other, address(buyers[1]), second
        );
    }

    /// @custom:invariant L1
    function test_buying_past_a_gate() public {
        house.setGate(HOUSE_CLASS, this);
        _callBoth();
        vm.warp(START + 60 days);
        for (uint256 i = 0; i < 2; ++i) {
            house.open(loans[i], _proofs(loans[i], 2));
            house.buy(loans[i], type(uint64).max);
            vm.assertNotEq(house.lotOf(loans[i]).tokenId, 0);
        }
        bytes memory first = _buying(loans[0]);
        bytes memory second = _buying(loans[1]);

        _assertApart(thirdParty, address(house), first, other, address(house), second);
    }

    function mayBid(address, uint16, uint256) external pure returns (bool) {
        return true;
    }

    function test_the_recorder_sees_a_shared_slot() public {
        _openBoth();
        bytes memory data = abi.encodeCall(ILoanBook.repay, (loans[0], 9_000 * USD));
        _record(borrower, address(book), data);
        (Slot[] memory written,) = (writes, reads);

        _record(other, address(book), data);

        vm.assertGt(_shared(written, writes), 0);
    }

    function test_the_recorder_sees_who_makes_a_contract() public {
        _record(address(this), address(book), abi.encodeCall(IStewardship.addLane, ()));

        bool seen;
        for (uint256 i = 0; i < writes.length; ++i) {
            seen = seen || (writes[i].account == address(book) && writes[i].key == "nonce");
        }
        vm.assertTrue(seen);
    }

    function test_a_payment_writes_each_slot_once() public {
        _openBoth();
        vm.warp(START + 20 days);

        _record(borrower, address(book), abi.encodeCall(ILoanBook.repay, (loans[0], 9 * USD)));

        // The loan and the lane's sums, and two balances and no allowance (it is unlimited).
        uint256 mine;
        for (uint256 i = 0; i < writes.length; ++i) {
            if (writes[i].account == address(book)) ++mine;
        }
        vm.assertEq(mine, 2);
    }

    function _openBoth() private {
        (bytes memory first, bytes memory second) = (_opening(0), _opening(1));
        (bool opened, bytes memory loan) = address(book).call(first);
        (bool openedToo, bytes memory otherLoan) = address(book).call(second);
        vm.assertTrue(opened && openedToo);
        loans = [abi.decode(loan, (uint64)), abi.decode(otherLoan, (uint64))];
    }

    function _callBoth() private {
        _openBoth();
        vm.warp(START + 45 days);
        book.callOverdue(loans[0], _proofs(loans[0], 2), book.wordsOf(loans[0]));
        book.callOverdue(loans[1], _proofs(loans[1], 2), book.wordsOf(loans[1]));
    }

    /// @dev A basket of house, car and LRT, of `borrower` in lane 0 or of `other` in lane 1.
    function _opening(uint32 lane) private returns (bytes memory) {
        LoanTerms memory terms = _terms(0, 120_000 * USD);
        (terms.lane, terms.limit) = (lane, 130_000 * USD);
        terms.borrower = lane == 0 ? borrower : other;
        terms.assets = new uint256[](2);
        (terms.assets[0], terms.assets[1]) = lane == 0 ? (HOUSE, CAR) : (OTHER_HOUSE, OTHER_CAR);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);
        bytes memory signature = _sign(lane == 0 ? BORROWER_KEY : OTHER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        return abi.encodeCall(ILoanBook.open, (terms, signature, proofs));
    }

    /// @dev The borrower's own call: a draw, and the car given back.
    function _amendment(uint32 lane) private view returns (bytes memory) {
        LoanChange memory change;
        (change.loanId, change.draw, change.maxRateBps) = (loans[lane], 9 * USD, 2_000);
        change.assets = new uint256[](1);
        change.assets[0] = lane == 0 ? CAR : OTHER_CAR;
        uint256[] memory left = new uint256[](1);
        left[0] = lane == 0 ? HOUSE : OTHER_HOUSE;
        ValueProof[] memory proofs = _proofsFor(left, address(lrt), 2);
        return abi.encodeCall(
            ILoanBook.amend, (change, "", proofs, book.wordsOf(loans[lane]))
        );
    }

    function _buying(uint64 loanId) private view returns (bytes memory) {
        return abi.encodeCall(
            IAuctionHouse.buy, (loanId, type(uint64).max, book.wordsOf(loanId))
        );
    }

    function _batch(uint64 loanId) private view returns (bytes32[] memory words) {
        bytes32[] memory charge = book.operationOf(
            _word(OperationKind.Charge, 2, loanId, 1), uint32(loanId >> 40)
        );
        words = new bytes32[](2 + charge.length);
        words[0] = _word(OperationKind.Collect, 1, loanId, 100 * USD);
        for (uint256 i = 0; i < charge.length; ++i) {
            words[1 + i] = charge[i];
        }
        words[1 + charge.length] = _word(OperationKind.Collect, 300, loanId, 100 * USD);
    }

    function _assertApartOnBook(bytes memory first, bytes memory second) private {
        _assertApart(borrower, address(book), first, other, address(book), second);
    }

    function _assertApart(
        address caller,
        address target,
        bytes memory first,
        address otherCaller,
        address otherTarget,
        bytes memory second
    ) private {
        _record(caller, target, first);
        (Slot[] memory written, Slot[] memory read) = (writes, reads);
        vm.assertGt(written.length, 0);

        _record(otherCaller, otherTarget, second);

        vm.assertGt(writes.length, 0);
        vm.assertEq(_shared(written, writes), 0);
        vm.assertEq(_shared(written, reads), 0);
        vm.assertEq(_shared(read, writes), 0);
    }

    /// @dev Makes the call and keeps every slot that it read and wrote, in any contract, and the
    /// accounts that made one.
    function _record(address caller, address target, bytes memory data) private {
        delete reads;
        delete writes;
        vm.startStateDiffRecording();
        vm.prank(caller);
        (bool done, bytes memory reason) = target.call(data);
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        vm.assertTrue(done, string(reason));
        for (uint256 i = 0; i < accesses.length; ++i) {
            // Who makes a contract counts it in its own account.
            if (accesses[i].kind == CREATE) writes.push(Slot(accesses[i].accessor, "nonce"));
            Vm.StorageAccess[] memory slots = accesses[i].storageAccesses;
            for (uint256 j = 0; j < slots.length; ++j) {
                Slot memory slot = Slot(slots[j].account, slots[j].slot);
                if (slots[j].isWrite) writes.push(slot);
                else reads.push(slot);
            }
        }
    }

    function _shared(Slot[] memory left, Slot[] memory right) private pure returns (uint256 count) {
        for (uint256 i = 0; i < left.length; ++i) {
            for (uint256 j = 0; j < right.length; ++j) {
                bool same = left[i].account == right[j].account && left[i].key == right[j].key;
                if (same) ++count;
            }
        }
    }
}
