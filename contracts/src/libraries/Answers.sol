// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title One word asked of a contract of the protocol
/// @notice The compiler's own call sets memory aside for question and answer; here both lie in
/// scratch space, which saves some 250 gas a question.
library Answers {
    /// @notice What `from` answers to a function with one argument; its errors are passed on as
    /// they are.
    /// @dev Reverts with no data when less than a word comes back: an address without code answers
    /// nothing. What an answer has beyond its first word is left. Nobody checks that the word fits
    /// a narrower type: `from` is a contract of the protocol, fixed at deployment, and whoever asks
    /// knows what it answers.
    /// @param from Contract that is asked by a static call, with all gas that is left.
    /// @param selector Function with one argument of a static type and an answer of one word.
    /// @return answer First word of what came back.
    function word(address from, bytes4 selector, uint256 argument)
        internal
        view
        returns (uint256 answer)
    {
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, argument)
            if iszero(staticcall(gas(), from, 0x00, 0x24, 0x00, 0x20)) {
                let free := mload(0x40)
                returndatacopy(free, 0x00, returndatasize())
                revert(free, returndatasize())
            }
            // An address without code answers nothing.
            if lt(returndatasize(), 0x20) { revert(0x00, 0x00) }
            answer := mload(0x00)
        }
    }
}
