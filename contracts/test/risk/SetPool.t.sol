// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {RiskTerms} from "../../src/RiskTerms.sol";
import {RiskBase} from "../support/RiskBase.sol";

contract SetPoolTest is RiskBase {
    function test_the_pool_is_named_once_by_the_governor() public {
        vm.expectRevert(abi.encodeWithSelector(RiskTerms.PoolAlreadySet.selector, pool));
        risk.setPool(named("other"));
        address stranger = named("stranger");
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, stranger)
        );
        risk.setPool(stranger);
    }
}
