// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ILane} from "./interfaces/ILane.sol";

/// @title Escrow of one lane
/// @notice Also the contract at a loan's income address. Tokens come by plain transfers, it has no
/// storage, and it calls nobody but for its owner (rule L6).
/// @dev Made with CREATE2, so that its address follows from its salt and its owner alone. It has no
/// receiver hook: assets come by `transferFrom`, as they leave.
contract Lane is ILane {
    using SafeERC20 for IERC20;

    /// @inheritdoc ILane
    address public immutable owner;

    /// @dev Reverts with `NotOwner` for all but the loan book.
    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @param owner_ The loan book, also where another escrow of its makes this one.
    constructor(address owner_) {
        owner = owner_;
    }

    /// @inheritdoc ILane
    function sendToken(address token, address to, uint256 amount) external onlyOwner {
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc ILane
    function sendAsset(address registry, address to, uint256 tokenId) external onlyOwner {
        IERC721(registry).transferFrom(address(this), to, tokenId);
    }

    /// @inheritdoc ILane
    /// @dev Reverts with an error of OpenZeppelin's `Create2` where the contract is there already.
    function create(bytes32 salt, bytes calldata code) external onlyOwner returns (address) {
        return Create2.deploy(0, salt, code);
    }
}
