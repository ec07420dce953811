// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OperationKind, OperationResult} from "../../src/interfaces/ILoanBook.sol";
import {Word, Words} from "../../src/libraries/Words.sol";

/// @title Words and result bits for every value that fits, proved by halmos
contract OperationProofs {
    using Words for uint256;

    /// @dev Rule S1: a word says what was put into it.
    function check_a_word_is_read_as_written(uint8 kind, uint40 number, uint40 loan, uint64 amount)
        external
        pure
    {
        Word word = Word.wrap(
            uint256(kind) << 248 | uint256(number) << 208 | uint256(loan) << 168 | uint256(amount)
                << 104
        );
        bool known = kind <= uint8(type(OperationKind).max);
        assert(uint8(word.kind()) == (known ? kind : 0));
        assert(word.isCollect() == (word.kind() == OperationKind.Collect));
        assert(word.operation() == number && word.loan() == loan && word.amount() == amount);
    }

    /// @dev A word with anything in its spare bits is none.
    function check_spare_bits_make_a_word_unknown(uint256 raw) external pure {
        if (uint104(raw) == 0) return;
        assert(Word.wrap(raw).kind() == OperationKind.None && !Word.wrap(raw).isCollect());
    }

    /// @dev Rule L1: result bits of two lanes never lie in one slot.
    function check_lanes_share_no_page(uint24 one, uint40 first, uint24 two, uint40 second)
        external
        pure
    {
        if (one == two) return;
        (uint256 page,) = uint256(Words.idOf(one, first)).placeOf();
        (uint256 otherPage,) = uint256(Words.idOf(two, second)).placeOf();
        assert(page != otherPage);
    }

    /// @dev Rule S2: two ids have two places.
    function check_ids_have_places_of_their_own(uint64 one, uint64 two) external pure {
        if (one == two) return;
        (uint256 page, uint256 shift) = uint256(one).placeOf();
        (uint256 otherPage, uint256 otherShift) = uint256(two).placeOf();
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
        (, uint256 shift) = uint256(one).placeOf();
        (, uint256 otherShift) = uint256(two).placeOf();
        if (shift == otherShift || Words.resultAt(bits, shift) != OperationResult.None) return;
        uint256 written = bits | uint256(result) << shift;
        assert(uint8(Words.resultAt(written, shift)) == result);
        assert(Words.resultAt(written, otherShift) == Words.resultAt(bits, otherShift));
    }
}
