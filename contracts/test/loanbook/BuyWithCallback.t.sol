// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IBidderGate} from "../../src/interfaces/IBidderGate.sol";
import {IBuyCallback} from "../../src/interfaces/IBuyCallback.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {FakeRegistry, FakeToken} from "./support/Fakes.sol";
import {OddToken} from "./support/Tokens.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @notice Resells a lot while it holds it, and does whatever else a test asks for.
contract Flipper is IBuyCallback {
    struct Step {
        address target;
        bytes call;
    }

    IAuctionHouse private immutable _house;
    Step[] private _steps;
    bytes[] public answers;
    bool[] public done;
    bytes32 public seen;

    constructor(IAuctionHouse house) {
        _house = house;
    }

    function add(address target, bytes calldata call) external {
        _steps.push(Step(target, call));
    }

    function buy(uint64 loanId, uint64 maxPrice, bytes calldata data, bytes32[] calldata card)
        external
        returns (uint64)
    {
        return _house.buyWithCallback(loanId, maxPrice, data, card);
    }

    /// @notice Signs everything (ERC-1271).
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function onLotBought(
        uint64 loanId,
        uint256 tokenId,
        uint128 lrtAmount,
        uint64 price,
        bytes calldata data
    ) external {
        seen = keccak256(abi.encode(loanId, tokenId, lrtAmount, price, data));
        for (uint256 i; i < _steps.length; ++i) {
            (bool ok, bytes memory answer) = _steps[i].target.call(_steps[i].call);
            done.push(ok);
            answers.push(answer);
        }
    }
}

/// @notice Buys a token for its whole balance of cash.
contract Dealer {
    function swap(FakeRegistry registry, FakeToken cash, uint256 tokenId) external {
        registry.transferFrom(msg.sender, address(this), tokenId);
        cash.transfer(msg.sender, cash.balanceOf(address(this)));
    }
}

contract BuyWithCallbackTest is AuctionBase {
    uint64 private constant ALL = type(uint64).max;
    Flipper private flipper;

    function setUp() public override {
        super.setUp();
        flipper = new Flipper(house);
        vm.startPrank(address(flipper));
        token.approve(address(house), type(uint256).max);
        token.approve(address(book), type(uint256).max);
        vm.stopPrank();
    }

    function _buying() private view returns (bytes memory) {
        return abi.encodeCall(Flipper.buy, (loanId, ALL, bytes(""), book.wordsOf(loanId)));
    }

    function test_a_lot_pays_for_itself() public {
        _startHouse();
        Dealer dealer = new Dealer();
        token.mint(address(dealer), 170_000 * USD);
        flipper.add(address(registry), abi.encodeCall(registry.approve, (address(dealer), HOUSE)));
        flipper.add(address(dealer), abi.encodeCall(Dealer.swap, (registry, token, HOUSE)));

        uint64 paid = flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        vm.assertEq(paid, 161_000 * USD);
        vm.assertEq(token.balanceOf(address(flipper)), 9_000 * USD);
        vm.assertEq(registry.ownerOf(HOUSE), address(dealer));
        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.claimableOf(0, borrower), 61_000 * USD);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    function test_the_buyer_is_told_what_it_got_and_what_it_owes() public {
        _startHouse();
        token.mint(address(flipper), 161_000 * USD);

        flipper.buy(loanId, ALL, "data", book.wordsOf(loanId));

        vm.assertEq(
            flipper.seen(),
            keccak256(abi.encode(loanId, HOUSE, uint128(0), 161_000 * USD, bytes("data")))
        );
    }

    function test_restaking_tokens_are_there_before_they_are_paid() public {
        _startBasket();
        token.mint(address(flipper), 10_500 * USD);
        flipper.add(address(lrt), abi.encodeCall(lrt.balanceOf, (address(flipper))));

        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        vm.assertEq(abi.decode(flipper.answers(0), (uint256)), 10e18);
        vm.assertEq(
            flipper.seen(),
            keccak256(abi.encode(loanId, uint256(0), uint128(10e18), 10_500 * USD, bytes("")))
        );
        vm.assertEq(house.lotOf(loanId).tokenId, HOUSE);
    }

    /// @dev At any moment of the fall, what a callback purchase leaves behind is what `buy` does.
    /// @custom:invariant I-20 I-21
    function testFuzz_everything_is_as_after_a_plain_purchase(uint256 elapsed) public {
        _startHouse();
        vm.warp(block.timestamp + bound(elapsed, 0, 9 days));
        uint64 price = house.priceOf(loanId);
        token.mint(address(flipper), price);
        uint256 snapshot = vm.snapshotState();
        _buy();
        bytes32 plain = _state();
        vm.assertTrue(vm.revertToState(snapshot));

        uint64 paid = flipper.buy(loanId, price, "", book.wordsOf(loanId));

        vm.assertEq(paid, price);
        vm.assertEq(_state(), plain);
        vm.assertEq(registry.ownerOf(HOUSE), address(flipper));
        vm.assertEq(token.balanceOf(address(flipper)), 0);
    }

    /// @dev One unit short, at any moment of the fall: nothing has happened.
    /// @custom:invariant I-20
    function testFuzz_an_unpaid_lot_goes_back(uint256 elapsed, uint64 short) public {
        _startHouse();
        vm.warp(block.timestamp + bound(elapsed, 0, 9 days));
        uint64 price = house.priceOf(loanId);
        token.mint(address(flipper), price - bound(short, 1, price));
        bytes32 before = _state();

        (bool bought,) =
            address(flipper).call(_buying());

        vm.assertFalse(bought);
        vm.assertEq(_state(), before);
        vm.assertEq(registry.ownerOf(HOUSE), book.escrowOf(0));
        vm.assertEq(house.priceOf(loanId), price);
    }

    /// @custom:invariant I-20
    function test_a_price_above_the_buyers_limit_is_refused() public {
        _startHouse();
        token.mint(address(flipper), 161_000 * USD);

        vm.expectRevert(
            abi.encodeWithSelector(
                IAuctionHouse.PriceAboveMax.selector, 161_000 * USD, 161_000 * USD - 1
            )
        );
        flipper.buy(loanId, 161_000 * USD - 1, "", book.wordsOf(loanId));
    }

    function test_what_is_not_for_sale_is_refused() public {
        loanId = _openHouse();

        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NoAuction.selector, loanId));
        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));
    }

    function test_the_gate_is_asked_about_the_caller() public {
        house.setGate(HOUSE_CLASS, IBidderGate(address(1)));
        _startHouse();
        token.mint(address(flipper), 161_000 * USD);

        vm.expectRevert(
            abi.encodeWithSelector(
                IAuctionHouse.BidderRefused.selector, HOUSE_CLASS, address(flipper)
            )
        );
        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));
    }

    /// @dev A coin that keeps a fee: what was booked as paid must be all there.
    function test_class_18_a_price_that_arrives_short_is_refused() public {
        _startHouse();
        OddToken odd = new OddToken(6);
        vm.etch(address(token), address(odd).code);
        odd = OddToken(address(token));
        // Where this coin keeps its switches the other had its name.
        odd.setPaused(false);
        odd.mint(address(flipper), 161_000 * USD);
        odd.setFee(100);
        vm.prank(address(flipper));
        odd.approve(address(house), type(uint256).max);

        vm.expectRevert(
            abi.encodeWithSelector(
                IAuctionHouse.PriceNotPaid.selector, 161_000 * USD, 159_390 * USD
            )
        );
        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));
    }

    function test_class_01_the_lot_in_hand_opens_no_second_sale() public {
        _startBasket();
        token.mint(address(flipper), 200_000 * USD);
        bytes32[] memory card = book.wordsOf(loanId);
        flipper.add(address(house), abi.encodeCall(IAuctionHouse.buy, (loanId, ALL, card)));
        flipper.add(
            address(house), abi.encodeCall(IAuctionHouse.buyWithCallback, (loanId, ALL, "", card))
        );
        flipper.add(address(house), abi.encodeCall(IAuctionHouse.takeForReserve, (loanId, card)));

        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        bytes4 locked = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        for (uint256 i; i < 3; ++i) {
            vm.assertFalse(flipper.done(i));
            vm.assertEq(flipper.answers(i), abi.encodeWithSelector(locked));
        }
        vm.assertEq(house.lotOf(loanId).tokenId, HOUSE);
        vm.assertEq(token.balanceOf(address(flipper)), 200_000 * USD - 10_500 * USD);
    }

    /// @dev The book is open inside the callback and shows the sale: debt gone, nothing to cure,
    /// nothing to repay; closing returns what is left to the owner, as it would afterwards.
    /// @custom:invariant I-22
    function test_class_02_the_book_already_shows_the_sale() public {
        _startHouse();
        token.mint(address(flipper), 161_000 * USD);
        flipper.add(address(book), abi.encodeCall(ILoanViews.debtOf, (loanId)));
        flipper.add(address(book), abi.encodeCall(ILoanBook.repay, (loanId, USD)));
        bytes32[] memory left = book.wordsAfterSale(loanId);
        flipper.add(
            address(book),
            abi.encodeCall(ILoanBook.cure, (loanId, 0, _proofs(loanId, 2), left))
        );
        flipper.add(address(book), abi.encodeCall(ILoanBook.close, (loanId, left)));

        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        vm.assertEq(abi.decode(flipper.answers(0), (uint64)), 0);
        vm.assertFalse(flipper.done(1));
        vm.assertFalse(flipper.done(2));
        vm.assertTrue(flipper.done(3));
        vm.assertEq(registry.ownerOf(HOUSE), address(flipper));
        _assertStatus(loanId, LoanStatus.Closed);
    }

    /// @dev A debtor that buys its own lot may take its surplus inside the callback and pay with
    /// it: it ends with what claiming afterwards gives, and others' cash is whole again.
    /// @custom:invariant I-05
    function test_class_02_a_surplus_claimed_inside_is_paid_once() public {
        _ownerIsFlipper();
        token.mint(address(flipper), 100_000 * USD);
        flipper.add(address(book), abi.encodeCall(ILoanBook.claim, (0)));
        flipper.add(address(book), abi.encodeCall(ILoanBook.claim, (0)));

        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        vm.assertTrue(flipper.done(0));
        vm.assertEq(
            flipper.answers(1),
            abi.encodeWithSelector(ILoanBook.NothingToClaim.selector, 0, address(flipper))
        );
        vm.assertEq(token.balanceOf(address(flipper)), 0);
        vm.assertEq(book.laneOf(0).owed, 0);
        vm.assertEq(book.laneOf(0).cash, LANE_CASH);
        vm.assertEq(token.balanceOf(book.escrowOf(0)), LANE_CASH);
    }

    /// @dev The surplus comes from a sale that is not paid: it goes back with the sale.
    function test_class_02_a_surplus_of_an_unpaid_sale_goes_back() public {
        _ownerIsFlipper();
        token.mint(address(flipper), 100_000 * USD - 1);
        flipper.add(address(book), abi.encodeCall(ILoanBook.claim, (0)));
        bytes32 before = _state();

        (bool bought,) =
            address(flipper).call(_buying());

        vm.assertFalse(bought);
        vm.assertEq(_state(), before);
        vm.assertEq(book.claimableOf(0, address(flipper)), 0);
    }

    /// @dev The lot secures a new loan of the same lane before it is paid: what is drawn goes back
    /// into the escrow with the price, and nobody else's cash is touched.
    /// @custom:invariant I-02
    function test_class_02_a_lot_pledged_inside_pays_from_its_own_loan() public {
        _startHouse();
        LoanTerms memory terms = _terms(HOUSE, 80_000 * USD);
        terms.borrower = address(flipper);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        flipper.add(address(book), abi.encodeCall(ILoanBook.open, (terms, "", proofs)));
        token.mint(address(flipper), 81_000 * USD);

        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        vm.assertTrue(flipper.done(0));
        vm.assertEq(token.balanceOf(address(flipper)), 0);
        vm.assertEq(registry.ownerOf(HOUSE), book.escrowOf(0));
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
        vm.assertEq(book.laneOf(0).cash, LANE_CASH - 80_000 * USD + 61_000 * USD);
    }

    /// @dev A lane that lends cash which is still to come finds none to pay out, and all is undone.
    /// @custom:invariant I-02 I-05
    function test_class_02_a_lane_without_cash_lends_none_that_is_yet_to_come() public {
        _startHouse();
        uint64 cash = book.laneOf(0).cash;
        vm.prank(address(pool));
        book.defundLane(0, cash);
        LoanTerms memory terms = _terms(HOUSE, 80_000 * USD);
        terms.borrower = address(flipper);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        flipper.add(address(book), abi.encodeCall(ILoanBook.open, (terms, "", proofs)));
        token.mint(address(flipper), 161_000 * USD);

        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));

        vm.assertFalse(flipper.done(0));
        vm.assertEq(registry.ownerOf(HOUSE), address(flipper));
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    /// @dev A close would take the lane for stuck, for want of cash that is on its way.
    function test_class_02_no_epoch_is_closed_inside() public {
        _startHouse();
        token.mint(address(flipper), 161_000 * USD);
        flipper.add(address(pool), abi.encodeWithSignature("closeEpoch()"));

        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.EpochClosed.selector, 2));
        flipper.buy(loanId, ALL, "", book.wordsOf(loanId));
    }

    function test_class_16_a_buyer_that_refuses_the_call_leaves_the_lot_to_the_next() public {
        _startHouse();
        vm.expectRevert();
        vm.prank(address(registry));
        house.buyWithCallback(loanId, ALL, "");

        _buy();

        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    /// @dev The buyer borrowed the house loan itself, and is called as any debtor.
    function _ownerIsFlipper() private {
        vm.prank(borrower);
        registry.transferFrom(borrower, address(flipper), HOUSE);
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        terms.borrower = address(flipper);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        vm.prank(address(flipper));
        loanId = book.open(terms, "", proofs);
        vm.prank(address(flipper));
        token.transfer(other, 100_000 * USD);
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        vm.warp(START + 14 days);
        house.open(loanId, _proofs(loanId, 2));
    }

    function _state() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                book.laneOf(0),
                book.loanOf(loanId),
                book.tailOf(loanId),
                book.claimableOf(0, borrower),
                book.shortfallOf(borrower),
                token.balanceOf(book.escrowOf(0))
            )
        );
    }
}
