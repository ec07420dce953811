// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OperationKind, OperationResult} from "../../src/interfaces/ILoanBook.sol";
import {Word, Words} from "../../src/libraries/Words.sol";

/// @title Words and result bits for every value that fits, proved by halmos
contract OperationProofs {
    using Words for uint64;

    /// @dev Rule S1: a word says what was put into it, and is of the lane that settles it.
    function check_a_word_is_read_as_written(
        uint32 lane,
        uint8 kind,
        uint40 number,
        uint40 loan,
        uint64 amount
    ) external pure {
        if (lane >= 1 << 24) return;
        bytes32 raw = bytes32(
            uint256(kind) << 248 | uint256(number) << 208 | uint256(loan) << 168 | uint256(amount)
                << 104
        );
        Word word = Word.wrap(uint256(raw));
        bool known = kind <= uint8(type(OperationKind).max);
        assert(uint8(word.kind()) == (known ? kind : 0));
        assert(word.isCollect() == (word.kind() == OperationKind.Collect));
        assert(word.operation() == number && word.loan() == loan && word.amount() == amount);
        uint64 id = Words.idOf(lane, number);
        assert(id.laneOf() == lane && uint40(id) == number);
    }

    /// @dev A word with anything in its spare bits is none.
    function check_spare_bits_make_a_word_unknown(bytes32 raw) external pure {
        if (uint104(uint256(raw)) == 0) return;
        Word word = Word.wrap(uint256(raw));
        assert(word.kind() == OperationKind.None && !word.isCollect());
    }

    /// @dev Rule L1: result bits of two lanes never lie in one slot.
    function check_lanes_share_no_page(uint24 one, uint40 first, uint24 two, uint40 second)
        external
        pure
    {
        if (one == two) return;
        (uint256 page,) = Words.placeOf(Words.idOf(one, first));
        (uint256 otherPage,) = Words.placeOf(Words.idOf(two, second));
        assert(page != otherPage);
    }

    /// @dev Rule S2: two ids have two places.
    function check_ids_have_places_of_their_own(uint64 one, uint64 two) external pure {
        if (one == two) return;
        (uint256 page, uint256 shift) = Words.placeOf(one);
        (uint256 otherPage, uint256 otherShift) = Words.placeOf(two);
        bool apart = shift + 2 <= otherShift || otherShift + 2 <= shift;
        assert(page != otherPage || apart);
        assert(shift + 2 <= 256);
    }

    /// @dev Rule S2: writing one result changes no other.
    function check_a_result_is_alone(uint256 bits, uint64 one, uint64 two, uint8 result)
        external
        pure
    {
        if (result > uint8(type(OperationResult).max)) return;
        (, uint256 shift) = Words.placeOf(one);
        (, uint256 otherShift) = Words.placeOf(two);
        if (shift == otherShift || Words.resultAt(bits, shift) != OperationResult.None) return;
        uint256 written = bits | uint256(result) << shift;
        assert(uint8(Words.resultAt(written, shift)) == result);
        assert(Words.resultAt(written, otherShift) == Words.resultAt(bits, otherShift));
    }
}
