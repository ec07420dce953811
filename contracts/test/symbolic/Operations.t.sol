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
        bool quick = word.strays(word.pageOf()) == 0;
        assert(quick == (word.kind() == OperationKind.Collect));
        assert(word.operation() == number && word.loan() == loan && word.amount() == amount);
        uint64 id = Words.idOf(lane, number);
        assert(id.laneOf() == lane && uint40(id) == number);
    }

    /// @dev A word with anything in its spare bits is none.
    function check_spare_bits_make_a_word_unknown(bytes32 raw) external pure {
        if (uint104(uint256(raw)) == 0) return;
        Word word = Word.wrap(uint256(raw));
        assert(word.kind() == OperationKind.None && word.strays(word.pageOf()) != 0);
    }

    /// @dev Rule L1: result bits of two lanes never lie in one slot.
    function check_lanes_share_no_page(uint24 one, uint40 first, uint24 two, uint40 second)
        external
        pure
    {
        if (one == two) return;
        assert(Words.pageOf(Words.idOf(one, first)) != Words.pageOf(Words.idOf(two, second)));
    }

    /// @dev Rule S2: two ids have two places. A word's page is that of its id.
    function check_ids_have_places_of_their_own(uint40 one, uint40 two) external pure {
        Word first = Word.wrap(uint256(one) << 208);
        Word second = Word.wrap(uint256(two) << 208);
        bool samePage = Words.pageOf(uint256(one)) == Words.pageOf(uint256(two));
        assert((first.pageOf() == second.pageOf()) == samePage);
        assert((samePage && first.mark() == second.mark()) == (one == two));
    }

    /// @dev Rule S2: marking one id changes no other, and a result is read as it was marked.
    function check_a_result_is_alone(
        uint256 spent,
        uint256 failed,
        uint40 one,
        uint40 two,
        bool fails
    ) external pure {
        Word word = Word.wrap(uint256(one) << 208);
        if (word.used(spent) != 0 || word.used(failed) != 0) return;
        uint256 nextSpent = spent | word.mark();
        uint256 nextFailed = fails ? failed | word.mark() : failed;
        OperationResult expected = fails ? OperationResult.Failed : OperationResult.Applied;
        assert(Words.resultAt(nextSpent, nextFailed, one) == expected);
        if (uint8(one) == uint8(two)) return;
        assert(Words.resultAt(nextSpent, nextFailed, two) == Words.resultAt(spent, failed, two));
    }
}
