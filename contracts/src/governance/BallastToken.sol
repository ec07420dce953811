// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title The votes: a fixed supply, counted by time
/// @notice Votes count once delegated, to oneself or another. Nobody can mint or burn.
contract BallastToken is ERC20, ERC20Permit, ERC20Votes {
    /// @notice All that there will ever be: a hundred million of 10^18 base units.
    uint256 public constant SUPPLY = 100_000_000e18;

    /// @param holder Who gets the whole supply.
    constructor(address holder) ERC20("Ballast", "BLST") ERC20Permit("Ballast") {
        _mint(holder, SUPPLY);
    }

    /// @notice Votes are counted at times, not at block numbers (ERC-6372).
    /// @return Unix seconds.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice Says so in the words of ERC-6372.
    /// @return Always `mode=timestamp`.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice Next nonce of a holder's permits and delegations, which share one count.
    /// @param owner The holder.
    /// @return The nonce.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Moves the votes with the tokens.
    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
