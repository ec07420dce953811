// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A dollar for local chains and test networks: six decimals, and anyone may mint
contract TestStablecoin is ERC20Permit {
    /// @param name Name of the token, also in what holders sign for permits.
    /// @param symbol Its symbol.
    constructor(string memory name, string memory symbol) ERC20(name, symbol) ERC20Permit(name) {}

    /// @notice Mints to anyone. It is worth nothing.
    /// @param to Who gets it.
    /// @param amount Base units, 10^6 of a dollar.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Decimals of the amounts: as the large dollars have, so that a ledger unit is one
    /// base unit.
    /// @return Always 6.
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
