// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {ClassRow, RiskTerms} from "../../src/RiskTerms.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {Test} from "./Test.sol";

/// @title Risk terms of one class, governed by the test
abstract contract RiskBase is Test {
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant CHANGE_INTERVAL = 7 days;
    uint16 internal constant CAR = 2;
    uint64 internal constant START_CAP = 10_000_000e6;
    uint64 internal constant CAP = 50_000_000e6;
    address internal pool = named("pool");
    RiskTerms internal risk;

    function setUp() public virtual {
        vm.warp(START);
        risk = _deploy(_car());
        risk.setPool(pool);
    }

    function _deploy(ClassTerms memory terms) internal returns (RiskTerms) {
        ClassRow[] memory rows = new ClassRow[](1);
        rows[0] = ClassRow(CAR, terms, START_CAP, CAP);
        return new RiskTerms(address(new AccessManager(address(this))), rows);
    }

    function _car() internal pure returns (ClassTerms memory) {
        return ClassTerms({
            enabled: true,
            mustAmortise: true,
            maxLtvBps: 5_000,
            liquidationLtvBps: 6_200,
            baseRateBps: 900,
            rateSlopeBps: 500,
            moveLimitBps: 1_000,
            lateFeeBps: 400,
            auctionStartBps: 11_500,
            recoveryBps: 4_500,
            gracePeriod: 10 days,
            cureWindow: 7 days,
            auctionDuration: 3 days,
            freshFor: 90 days,
            maxTenor: 1_825 days
        });
    }

    /// @dev As `_car` where a vote lowers the liquidation LTV by the largest step.
    function _stricter() internal pure returns (ClassTerms memory terms) {
        terms = _car();
        terms.liquidationLtvBps = 5_200;
    }

    function _expectTerms(ClassTerms memory expected) internal view {
        vm.assertEq(keccak256(abi.encode(risk.termsOf(CAR))), keccak256(abi.encode(expected)));
    }

    function _liquidationLtv() internal view returns (uint256) {
        return risk.termsOf(CAR).liquidationLtvBps;
    }

    function _pass(uint256 secs) internal {
        vm.warp(block.timestamp + secs);
    }
}
