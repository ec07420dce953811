// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Cash that arrives whole, or not at all: a token that keeps a fee would empty the books
library ExactTransfer {
    using SafeERC20 for IERC20;

    /// @notice The token kept a part of what was sent.
    /// @param expected What was asked for, base units.
    /// @param received What came.
    error TransferShort(uint256 expected, uint256 received);

    /// @notice Takes an amount from a payer who has approved it. Reverts with `TransferShort`.
    /// @param token The stablecoin; a call that fails or returns false reverts.
    /// @param payer Who pays, never this contract: its own balance would not rise.
    /// @param amount Base units.
    function take(IERC20 token, address payer, uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(payer, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert TransferShort(amount, received);
    }
}
