// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title Ledger units: millionths of the stablecoin, whatever its decimals
library LedgerUnits {
    uint256 internal constant DECIMALS = 6;
    /// @notice With no more decimals no amount of ours, below 2^64, can overflow in base units.
    uint256 internal constant MAX_DECIMALS = 36;

    /// @notice The token has more decimals than this market can reckon with.
    error TooManyDecimals(uint256 decimals, uint256 most);

    /// @notice Base units of the token in one ledger unit: 10^max(0, decimals − 6).
    function unitOf(IERC20Metadata token) internal view returns (uint256) {
        uint256 decimals = token.decimals();
        if (decimals > MAX_DECIMALS) revert TooManyDecimals(decimals, MAX_DECIMALS);
        return decimals > DECIMALS ? 10 ** (decimals - DECIMALS) : 1;
    }
}
