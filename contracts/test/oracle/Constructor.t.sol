// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OracleParameters, ValuationOracle} from "../../src/ValuationOracle.sol";
import {IReporters} from "../../src/interfaces/IReporters.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract OracleConstructorTest is OracleBase {
    function test_numbers_out_of_bounds_are_refused() public {
        OracleParameters[5] memory wrong;
        for (uint256 i = 0; i < 5; ++i) {
            wrong[i] = _parameters();
        }
        wrong[0].minInterval = 1 hours - 1;
        wrong[1].ttl = INTERVAL - 1;
        wrong[2].ttl = 7 days + 1;
        wrong[3].voidWindow = INTERVAL;
        wrong[4].voidCooldown = WINDOW - 1;
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(ValuationOracle.ParametersOutOfBounds.selector);
            this.deploy(wrong[i], 7);
        }
    }

    function test_numbers_at_their_bounds_are_taken() public {
        OracleParameters memory parameters =
            OracleParameters(5, 1 hours, 7 days, 1 hours - 1, 7 days);
        this.deploy(parameters, 7);
        parameters.ttl = 1 hours;
        parameters.voidCooldown = 1 hours - 1;
        this.deploy(parameters, 7);
    }

    function test_too_few_and_too_many_reporters_are_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IReporters.ReportersOutOfBounds.selector, 4, 5));
        this.deploy(_parameters(), 4);
        vm.expectRevert(abi.encodeWithSelector(IReporters.ReportersOutOfBounds.selector, 10, 5));
        this.deploy(_parameters(), 10);
        this.deploy(_parameters(), 5);
        this.deploy(_parameters(), 9);
    }

    function test_reporters_come_sorted_and_once() public {
        address[] memory given = addressesOf(keysFrom(2_000, 7));
        (given[2], given[3]) = (given[3], given[2]);
        vm.expectRevert(
            abi.encodeWithSelector(IReporters.ReportersNotSorted.selector, given[2], given[3])
        );
        this.deployWith(given);
        given[3] = given[2];
        vm.expectRevert(
            abi.encodeWithSelector(IReporters.ReportersNotSorted.selector, given[2], given[3])
        );
        this.deployWith(given);
    }

    function test_the_reporters_are_those_given() public view {
        address[] memory given = addressesOf(keys);
        address[] memory kept = oracle.reporters();

        vm.assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(given)));
        vm.assertTrue(oracle.isReporter(given[6]));
        vm.assertFalse(oracle.isReporter(address(0)));
        vm.assertFalse(oracle.isReporter(treasury));
    }

    function deploy(OracleParameters memory parameters, uint256 count) external {
        _deploy(parameters, addressesOf(keysFrom(2_000, count)));
    }

    function deployWith(address[] memory given) external {
        _deploy(_parameters(), given);
    }
}
