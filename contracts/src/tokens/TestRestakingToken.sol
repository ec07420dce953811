// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A non-rebasing restaking token for local chains: 18 decimals, and anyone may mint
contract TestRestakingToken is ERC20Permit {
    constructor(string memory name, string memory symbol) ERC20(name, symbol) ERC20Permit(name) {}

    /// @notice Mints to anyone. It is worth nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
