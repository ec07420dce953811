// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Escrow of one lane: the cash, the tokens and the restaking tokens of its loans
/// @notice Fixed owner, no other power. Only the loan book moves anything (rule L6). The second
/// escrow of a lane and the contract at a loan's income address are of this kind too.
interface ILane {
    /// @notice Only the owner may move something.
    error NotOwner(address caller);

    /// @notice The loan book that made it; never another.
    function owner() external view returns (address);
    /// @notice Sends an ERC-20 out of the escrow. Only the owner.
    /// @param amount Base units. A token that reverts or answers false makes the call revert.
    function sendToken(address token, address to, uint256 amount) external;
    /// @notice Sends an asset out by `transferFrom`, never calling the receiver (rule S3). Only the
    /// owner.
    /// @param registry ERC-721 contract of the asset.
    function sendAsset(address registry, address to, uint256 tokenId) external;
    /// @notice Makes a contract (CREATE2). A maker's account counts what it makes: made here, that
    /// is the lane's own count, not one of the loan book that all lanes would share (rule L1). Only
    /// the owner.
    /// @param salt The address follows from it, the code and this escrow.
    /// @param code Creation code with its arguments.
    /// @return made Where the contract is.
    function create(bytes32 salt, bytes calldata code) external returns (address made);
}
