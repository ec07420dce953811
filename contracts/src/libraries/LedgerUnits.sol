// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title Ledger units: millionths of the stablecoin, or its base units where it has fewer decimals
library LedgerUnits {
    uint256 internal constant DECIMALS = 6;
    /// @dev With no more decimals no amount of ours, below 2^64, can overflow in base units.
    uint256 internal constant MAX_DECIMALS = 36;

    /// @notice The token has more decimals than `most`, with which this market can reckon.
    error TooManyDecimals(uint256 decimals, uint256 most);

    /// @notice Base units of the token in one ledger unit: 10^max(0, decimals − 6).
    /// @dev Read once, at deployment. Reverts with `TooManyDecimals`.
    /// @return Base units, from 1 to 10^30.
    function unitOf(IERC20Metadata token) internal view returns (uint256) {
        uint256 decimals = token.decimals();
        if (decimals > MAX_DECIMALS) revert TooManyDecimals(decimals, MAX_DECIMALS);
        return decimals > DECIMALS ? 10 ** (decimals - DECIMALS) : 1;
    }
}
