// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TestRestakingToken} from "../src/tokens/TestRestakingToken.sol";
import {TestStablecoin} from "../src/tokens/TestStablecoin.sol";
import {Test} from "./support/Test.sol";

contract TestTokensTest is Test {
    function test_the_dollar_has_six_decimals_and_anyone_mints_it() public {
        TestStablecoin coin = new TestStablecoin("Ballast Test Dollar", "tUSD");

        vm.prank(named("anyone"));
        coin.mint(address(7), 5);

        vm.assertEq(coin.decimals(), 6);
        vm.assertEq(coin.balanceOf(address(7)), 5);
        vm.assertEq(coin.symbol(), "tUSD");
    }

    function test_the_restaking_token_has_eighteen_decimals_and_anyone_mints_it() public {
        TestRestakingToken token = new TestRestakingToken("Test Restaked Ether", "trETH");

        vm.prank(named("anyone"));
        token.mint(address(7), 5);

        vm.assertEq(token.decimals(), 18);
        vm.assertEq(token.balanceOf(address(7)), 5);
        vm.assertEq(token.symbol(), "trETH");
    }

    function test_a_permit_gives_an_allowance() public {
        TestStablecoin coin = new TestStablecoin("Ballast Test Dollar", "tUSD");
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                vm.addr(1),
                address(this),
                9,
                0,
                block.timestamp
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", coin.DOMAIN_SEPARATOR(), message));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1, digest);

        coin.permit(vm.addr(1), address(this), 9, block.timestamp, v, r, s);

        vm.assertEq(coin.allowance(vm.addr(1), address(this)), 9);
    }
}
