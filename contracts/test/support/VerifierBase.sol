// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {VerifierRegistry} from "../../src/VerifierRegistry.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {
    IValuationOracle,
    ValueLeaf,
    ValueProof,
    ValueStatus
} from "../../src/interfaces/IValuationOracle.sol";
import {BondParameters} from "../../src/interfaces/IVerifierRegistry.sol";
import {TestRestakingToken} from "../../src/tokens/TestRestakingToken.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {APPRAISAL, TITLE} from "./Roles.sol";
import {Test} from "./Test.sol";

/// @notice An oracle that takes every proof of its newest round, and terms of one class.
contract Values {
    uint64 public constant PRICE = 2_000e6;

    uint32 public newest = 7;
    bool public isSilent;

    function publish() external {
        ++newest;
    }

    function fallSilent() external {
        isSilent = true;
    }

    function rounds() external view returns (uint32, uint64, uint32, uint64) {
        return (newest, uint64(block.timestamp), newest - 1, uint64(block.timestamp));
    }

    function check(uint32 round, ValueProof calldata proof) external view {
        if (round != newest) revert IValuationOracle.RoundUnusable(round);
        if (proof.path.length != 0) revert IValuationOracle.BadProof(proof.leaf.assetId, round);
    }

    function proofOf(address token) external view returns (ValueProof memory proof) {
        proof.leaf = ValueLeaf({
            assetId: uint160(token),
            classId: 14,
            status: ValueStatus.Valid,
            value: PRICE + 1e6,
            lower: PRICE,
            observedAt: uint64(block.timestamp),
            validUntil: uint64(block.timestamp + 1 days)
        });
    }

    function termsOf(uint16) external pure returns (ClassTerms memory terms) {
        terms.maxLtvBps = 7_000;
    }
}

/// @title A registry of verifiers with one of them admitted; the test governs
abstract contract VerifierBase is Test {
    uint16 internal constant CAR = 2;
    uint16 internal constant FACTOR = 50;
    uint256 internal constant START = 1_690_000_000;
    uint64 internal constant EXPIRY = 1_700_000_000;
    bytes32 internal constant UID = keccak256("uid");
    uint64 internal constant MINIMUM = 100e6;
    uint64 internal constant CAP = 10_000e6;
    uint64 internal constant GROWTH = 1_000e6;
    uint64 internal constant CHALLENGE_BOND = 50e6;
    uint256 internal constant PRICE = 2_000e6;

    address internal assets = named("asset registry");
    address internal verifier = named("verifier");
    address internal reserve = named("reserve");
    address internal challenger = named("challenger");
    TestStablecoin internal coin;
    TestRestakingToken internal lrt;
    Values internal values;
    VerifierRegistry internal registry;

    function setUp() public virtual {
        vm.warp(START);
        coin = _newCoin();
        lrt = new TestRestakingToken("Restaked", "R");
        values = new Values();
        registry = _deploy(_parameters());
        registry.setVerifier(verifier, CAR, TITLE | APPRAISAL);
        registry.setRestakingToken(address(lrt), true);
        registry.setValuation(address(values), address(values));
        coin.mint(address(this), 1_000_000e6);
        coin.approve(address(registry), type(uint256).max);
        coin.mint(challenger, 1_000e6);
        vm.prank(challenger);
        coin.approve(address(registry), type(uint256).max);
        lrt.mint(verifier, 1_000e18);
        vm.prank(verifier);
        lrt.approve(address(registry), type(uint256).max);
    }

    function _newCoin() internal virtual returns (TestStablecoin) {
        return new TestStablecoin("Test Dollar", "tUSD");
    }

    function _deploy(BondParameters memory parameters) internal returns (VerifierRegistry) {
        address manager = address(new AccessManager(address(this)));
        return new VerifierRegistry(manager, coin, assets, reserve, parameters);
    }

    function _parameters() internal pure returns (BondParameters memory) {
        return BondParameters({
            minimumBond: MINIMUM,
            initialCap: CAP,
            dailyGrowth: GROWTH,
            challengeBond: CHALLENGE_BOND,
            challengeWindow: 14 days,
            unbondingDelay: 21 days,
            rulingWindow: 60 days
        });
    }

    function _bond(uint256 amount) internal {
        registry.deposit(verifier, amount);
    }

    function _bondLrt(uint256 amount) internal {
        vm.prank(verifier);
        registry.depositLrt(address(lrt), amount);
    }

    function _leaf() internal view returns (ValueProof memory) {
        return values.proofOf(address(lrt));
    }

    function _prove() internal {
        registry.proveBond(verifier, _leaf());
    }

    function _take(uint8 role, uint64 value) internal {
        vm.prank(assets);
        registry.takeExposure(verifier, CAR, role, value, FACTOR, EXPIRY);
    }

    function _unbond(uint256 amount, uint256 lrtAmount) internal {
        vm.prank(verifier);
        registry.startUnbonding(amount, lrtAmount);
    }

    function _challenge() internal {
        vm.prank(challenger);
        registry.challenge(verifier, UID, keccak256("evidence"));
    }

    function _week() internal pure returns (uint256) {
        return (uint256(EXPIRY) + 14 days + 1 weeks - 1) / 1 weeks;
    }

    function _pass(uint256 secs) internal {
        vm.warp(block.timestamp + secs);
    }
}
