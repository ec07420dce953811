// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// Imported for their artifacts: a run of some tests alone then compiles what they deploy.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {AuctionHouse} from "../../../src/AuctionHouse.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IAuctionHouse} from "../../../src/interfaces/IAuctionHouse.sol";
import {Asset, AssetStatus} from "../../../src/interfaces/IAssetRegistry.sol";
import "../../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../../src/interfaces/IRiskTerms.sol";
import {ValueProof} from "../../../src/interfaces/IValuationOracle.sol";
import {FakeOracle, FakePool, FakeRegistry, FakeRisk, FakeToken} from "./Fakes.sol";
import {Test} from "../../support/Test.sol";
import {Carded} from "../../support/Carded.sol";
import {Shelf} from "../../support/Shelf.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title A loan book with two lanes, over fakes whose values a test sets
abstract contract BookBase is Test {
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant SCALE = 315_360_000_000;
    uint64 internal constant USD = 1e6;
    uint64 internal constant MINIMUM = USD;
    uint256 internal constant LONGEST_LIFE = 50 * 365 days;
    uint256 internal constant LARGEST = 77;
    uint16 internal constant HOUSE_CLASS = 1;
    uint16 internal constant CAR_CLASS = 2;
    uint16 internal constant LRT_CLASS = 14;
    uint256 internal constant BORROWER_KEY = 0xB0B;
    uint256 internal constant OTHER_KEY = 0xA11CE;
    uint256 internal constant HOUSE = 1_001;
    uint256 internal constant CAR = 2_002;
    uint64 internal constant LANE_CASH = 1_000_000 * USD;

    IAccessManager internal manager;
    FakeToken internal token;
    FakeToken internal lrt;
    FakeRegistry internal registry;
    FakeRisk internal risk;
    FakeOracle internal oracle;
    FakePool internal pool;
    ILoanBook internal book;
    IAuctionHouse internal house;
    address internal borrower;
    address internal other;
    address internal relayer;
    uint256 internal nextNonce;

    function setUp() public virtual {
        vm.warp(START);
        borrower = vm.addr(BORROWER_KEY);
        other = vm.addr(OTHER_KEY);
        relayer = named("relayer");
        manager = IAccessManager(
            vm.deployCode("AccessManager.sol:AccessManager", abi.encode(address(this)))
        );
        token = _token(6);
        lrt = _token(18);
        registry = FakeRegistry(_fake("FakeRegistry", ""));
        risk = FakeRisk(_fake("FakeRisk", ""));
        oracle = FakeOracle(_fake("FakeOracle", abi.encode(registry)));
        pool = FakePool(_fake("FakePool", abi.encode(token, named("reserve"))));
        risk.setTerms(HOUSE_CLASS, _houseTerms());
        risk.setTerms(CAR_CLASS, _carTerms());
        risk.setTerms(LRT_CLASS, _lrtTerms());
        (book, house) = _deployBook(token);
        Shelf.open(book, address(house));
        _addLanes();
        oracle.setRound(2);
        _mint(HOUSE, HOUSE_CLASS, borrower, 400_000 * USD);
        _mint(CAR, CAR_CLASS, borrower, 20_000 * USD);
        _setPrice(uint160(address(lrt)), 3_000 * USD);
        lrt.mint(borrower, 100e18);
        _allow(borrower);
        _allow(other);
        _allow(address(this));
    }

    // ---- Deployment -----------------------------------------------------------------------

    /// @dev Deployed as compiled, so that no test contract carries the code of others.
    function _fake(string memory name, bytes memory arguments) internal returns (address) {
        return vm.deployCode(string.concat("Fakes.sol:", name), arguments);
    }

    function _token(uint8 decimals) internal virtual returns (FakeToken) {
        return FakeToken(_fake("FakeToken", abi.encode(decimals)));
    }

    function _deployBook(FakeToken stablecoin)
        internal
        returns (ILoanBook made, IAuctionHouse hall)
    {
        made = ILoanBook(
            vm.deployCode(
                "LoanBook.sol:LoanBook",
                abi.encode(manager, stablecoin, registry, risk, oracle, MINIMUM, uint8(2))
            )
        );
        hall = IAuctionHouse(
            vm.deployCode("AuctionHouse.sol:AuctionHouse", abi.encode(made, pool))
        );
        made.wire(address(pool), address(hall));
    }

    function _addLanes() internal {
        for (uint32 lane = 0; lane < 2; ++lane) {
            book.addLane();
            book.setRelayer(lane, relayer, true);
            token.mint(book.escrowOf(lane), LANE_CASH * 1);
            vm.prank(address(pool));
            book.fundLane(lane, LANE_CASH);
        }
        _handOut(LANE_CASH);
    }

    /// @dev What a close hands out: caps by class without reservations, and value at auction.
    function _handOut(uint64 auctionValue) internal {
        uint64[] memory reserved = new uint64[](book.lanes());
        vm.prank(address(pool));
        book.handOut(reserved, auctionValue);
    }

    /// @dev More cash for the first lane, as a close brings it.
    function _fund(uint64 amount) internal {
        token.mint(book.escrowOf(0), amount);
        vm.prank(address(pool));
        book.fundLane(0, amount);
    }

    function _allow(address account) internal {
        token.mint(account, 10_000_000 * USD);
        vm.startPrank(account);
        token.approve(address(book), type(uint256).max);
        token.approve(address(house), type(uint256).max);
        lrt.approve(address(book), type(uint256).max);
        vm.stopPrank();
    }

    // ---- World ----------------------------------------------------------------------------

    function _mint(uint256 tokenId, uint16 classId, address owner, uint64 value) internal {
        registry.mint(
            owner,
            tokenId,
            Asset({
                classId: classId,
                status: AssetStatus.Active,
                attestedAt: uint48(block.timestamp),
                validUntil: uint48(block.timestamp + 365 days),
                appraisalCap: value
            })
        );
        _setPrice(tokenId, value);
    }

    /// @dev The same value in both rounds.
    function _setPrice(uint256 assetId, uint64 lower) internal {
        oracle.setValue(1, assetId, lower);
        oracle.setValue(2, assetId, lower);
    }

    function _proof(uint256 assetId, uint16 classId, uint32 round)
        internal
        view
        returns (ValueProof memory proof)
    {
        proof = oracle.proofOf(round, assetId);
        proof.leaf.classId = classId;
    }

    /// @dev Proofs for what a loan has pledged and not sold, in order.
    function _proofs(uint64 loanId, uint32 round) internal view returns (ValueProof[] memory) {
        (uint256[] memory assets, address token_, uint128 amount) = book.collateralOf(loanId);
        return _proofsFor(assets, amount == 0 ? address(0) : token_, round);
    }

    function _proofsFor(uint256[] memory assets, address token_, uint32 round)
        internal
        view
        returns (ValueProof[] memory proofs)
    {
        proofs = new ValueProof[](assets.length + (token_ == address(0) ? 0 : 1));
        for (uint256 i = 0; i < assets.length; ++i) {
            proofs[i] = _proof(assets[i], registry.assetOf(assets[i]).classId, round);
        }
        if (token_ != address(0)) {
            proofs[assets.length] = _proof(uint160(token_), LRT_CLASS, round);
        }
    }

    // ---- Loans ----------------------------------------------------------------------------

    function _terms(uint256 tokenId, uint64 principal) internal returns (LoanTerms memory terms) {
        terms.borrower = borrower;
        (terms.principal, terms.limit) = (principal, principal);
        terms.maxRateBps = 2_000;
        terms.schedule = ScheduleKind.Amortising;
        terms.instalments = 6;
        terms.interval = 30 days;
        terms.nonce = ++nextNonce;
        terms.deadline = uint64(block.timestamp + 1 days);
        if (tokenId == 0) return terms;
        terms.assets = new uint256[](1);
        terms.assets[0] = tokenId;
    }

    function _sign(uint256 key, LoanTerms memory terms) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(terms, address(book)));
        return abi.encodePacked(r, s, v);
    }

    function _open(LoanTerms memory terms) internal returns (uint64) {
        uint256 key = terms.borrower == borrower ? BORROWER_KEY : OTHER_KEY;
        return book.open(terms, _sign(key, terms), _proofsFor(terms.assets, terms.lrt, 2));
    }

    /// @dev 100,000 USD on the house: six instalments of thirty days at 5.5 %.
    function _openHouse() internal returns (uint64) {
        return _open(_terms(HOUSE, 100_000 * USD));
    }

    /// @dev House, car and 10 LRT in one basket; 100,000 USD.
    /// @dev As large as a loan may be at its rate, so that its interest fits for the longest life.
    function _openLargest() internal returns (uint64 loanId, uint64 principal) {
        principal = uint64(type(uint88).max / (550 * LONGEST_LIFE));
        _mint(LARGEST, HOUSE_CLASS, borrower, 2 * principal);
        _fund(principal);
        loanId = _open(_terms(LARGEST, principal));
    }

    function _openBasket() internal returns (uint64) {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        terms.assets = new uint256[](2);
        (terms.assets[0], terms.assets[1]) = (HOUSE, CAR);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);
        return _open(terms);
    }

    /// @dev The house loan, called because an instalment was missed; the price is unchanged.
    function _openCalled() internal returns (uint64 loanId) {
        loanId = _openHouse();
        vm.warp(START + 30 days + 15 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
    }

    function _statusOf(uint64 loanId) internal view returns (LoanStatus) {
        return book.loanOf(loanId).status;
    }

    function _assertStatus(uint64 loanId, LoanStatus expected) internal view {
        vm.assertEq(uint256(_statusOf(loanId)), uint256(expected));
    }

    /// @dev Lane debt from the sums, ledger units, rounded down.
    function _laneDebt(uint32 lane) internal view returns (uint256) {
        LaneState memory state = book.laneOf(lane);
        return uint256(int256(state.a) + int256(uint256(state.b) * block.timestamp)) / SCALE;
    }

    /// @dev NAV of a lane times SCALE: no operation but a loss or a surplus may change it.
    function _worth(uint32 lane) internal view returns (int256) {
        LaneState memory state = book.laneOf(lane);
        int256 whole = int256(uint256(state.cash)) - int256(uint256(state.owed))
            + int256(uint256(state.impaired));
        return whole * int256(SCALE) + int256(state.a) + int256(uint256(state.b) * block.timestamp);
    }

    function _word(OperationKind kind, uint40 number, uint64 loanId, uint64 amount)
        internal
        pure
        returns (bytes32)
    {
        return bytes32(
            uint256(kind) << 248 | uint256(number) << 208 | uint256(uint40(loanId)) << 168
                | uint256(amount) << 104
        );
    }

    function _settle(bytes32 word) internal returns (OperationResult) {
        bytes32[] memory words = book.operationOf(word, 0);
        vm.prank(relayer);
        book.settle(0, words);
        return book.resultOf(uint64(uint40(uint256(word) >> 208)));
    }

    // ---- Terms of the shipped classes -----------------------------------------------------

    function _houseTerms() internal pure returns (ClassTerms memory terms) {
        terms = ClassTerms({
            enabled: true,
            mustAmortise: false,
            maxLtvBps: 6_000,
            liquidationLtvBps: 7_000,
            baseRateBps: 550,
            rateSlopeBps: 400,
            moveLimitBps: 1_000,
            lateFeeBps: 300,
            auctionStartBps: 11_500,
            recoveryBps: 6_000,
            gracePeriod: 15 days,
            cureWindow: 14 days,
            auctionDuration: 7 days,
            freshFor: 180 days,
            maxTenor: 5 * 365 days
        });
    }

    function _carTerms() internal pure returns (ClassTerms memory terms) {
        terms = _houseTerms();
        terms.mustAmortise = true;
        (terms.maxLtvBps, terms.liquidationLtvBps) = (5_000, 6_200);
        (terms.baseRateBps, terms.lateFeeBps, terms.recoveryBps) = (900, 400, 4_500);
        (terms.gracePeriod, terms.cureWindow, terms.auctionDuration) = (10 days, 7 days, 3 days);
        terms.freshFor = 90 days;
    }

    function _lrtTerms() internal pure returns (ClassTerms memory terms) {
        terms = _houseTerms();
        (terms.maxLtvBps, terms.liquidationLtvBps) = (7_000, 7_500);
        (terms.baseRateBps, terms.moveLimitBps, terms.lateFeeBps) = (500, 500, 200);
        (terms.auctionStartBps, terms.recoveryBps) = (10_500, 8_500);
        (terms.gracePeriod, terms.cureWindow, terms.auctionDuration) = (10 days, 1 days, 1 days);
    }

    // ---- EIP-712, written again ------------------------------------------------------------

    function _digest(LoanTerms memory terms, address verifying) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Ballast LoanBook"),
                keccak256("1"),
                block.chainid,
                verifying
            )
        );
        bytes32 typeHash = keccak256(
            "LoanTerms(address borrower,uint32 lane,uint64 principal,uint64 limit,uint16 maxRateBps,uint8 schedule,uint16 instalments,uint32 interval,uint256[] assets,address lrt,uint128 lrtAmount,uint256 nonce,uint64 deadline)"
        );
        bytes memory first = abi.encode(
            typeHash,
            terms.borrower,
            terms.lane,
            terms.principal,
            terms.limit,
            terms.maxRateBps,
            terms.schedule,
            terms.instalments
        );
        bytes memory second = abi.encode(
            terms.interval,
            keccak256(abi.encodePacked(terms.assets)),
            terms.lrt,
            terms.lrtAmount,
            terms.nonce,
            terms.deadline
        );
        return
            keccak256(
                abi.encodePacked("\x19\x01", domain, keccak256(abi.encodePacked(first, second)))
            );
    }
}
