// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ILane} from "./interfaces/ILane.sol";

/// @title Escrow of one lane
contract Lane is ILane {
    using SafeERC20 for IERC20;

    /// @inheritdoc ILane
    address public immutable owner;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

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
    function create(bytes32 salt, bytes calldata code) external onlyOwner returns (address) {
        return Create2.deploy(0, salt, code);
    }
}
