// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {LoanBook} from "../../src/LoanBook.sol";
import {IAssetRegistry} from "../../src/interfaces/IAssetRegistry.sol";
import {ILoanBook, IStewardship, LoanStatus} from "../../src/interfaces/ILoanBook.sol";
import {ISales} from "../../src/interfaces/ISales.sol";
import {IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {IValuationOracle} from "../../src/interfaces/IValuationOracle.sol";
import {MarkWord} from "../../src/libraries/Cards.sol";
import {LoanWord} from "../../src/libraries/Payments.sol";
import {Sources} from "../../src/libraries/Underwriter.sol";
import {VM} from "../support/Vm.sol";
import {OneGovernor} from "./Authorisation.t.sol";

/// @notice A stablecoin with which every transfer succeeds.
contract WillingCoin {
    uint8 public constant decimals = 6;

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }
}

/// @notice Of an oracle, what a charge asks.
contract NeverPaused {
    function graceCutoff(uint256 grace) external view returns (uint256) {
        return block.timestamp - grace;
    }
}

/// @notice The book, with a way to put any loan into it.
contract BookWithAnyLoan is LoanBook {
    constructor(IAccessManager manager, IERC20Metadata coin)
        LoanBook(
            manager,
            coin,
            Sources(
                IAssetRegistry(address(0)),
                IRiskTerms(address(0)),
                IValuationOracle(address(new NeverPaused()))
            ),
            1,
            2
        )
    {}

    function put(uint64 loanId, LoanWord word, bytes32[] memory card) external {
        _book.hot[loanId] = word;
        _book.marks[loanId] = MarkWord.wrap(0).withCard(card);
    }

    function wordOf(uint64 loanId) external view returns (LoanWord) {
        return _book.hot[loanId];
    }
}

/// @title Which door leads from which status to which, for every loan that can be stored; by halmos
/// @dev A call may be refused at any time: then nothing changes. What is proved is where a call that
/// succeeds can lead.
contract StateMachineProofs {
    uint64 private constant LOAN = 7;
    address private constant POOL = address(0xb0);
    address private constant HOUSE = address(0xa0);

    BookWithAnyLoan private book;

    function setUp() public {
        IAccessManager manager = IAccessManager(address(new OneGovernor(address(this))));
        book = new BookWithAnyLoan(manager, IERC20Metadata(address(new WillingCoin())));
        book.addLane();
        book.wire(POOL, HOUSE);
    }

    /// @dev Rule D9: what has ended stays ended, whoever calls and whatever is sent; its card is
    /// the right one.
    function check_an_ended_loan_never_changes(
        LoanWord word,
        address caller,
        uint8 door,
        uint64 amount
    ) external {
        LoanStatus status = word.status();
        if (status != LoanStatus.Closed && status != LoanStatus.WrittenOff) return;
        _put(word);
        _enter(caller, door, amount);
        assert(LoanWord.unwrap(book.wordOf(LOAN)) == LoanWord.unwrap(word));
    }

    /// @dev Rule D7: paying leaves an open loan open, or repays it.
    function check_paying_an_open_loan_keeps_it_open_or_repays_it(
        LoanWord word,
        address caller,
        uint64 amount
    ) external {
        if (!word.isOpen()) return;
        _put(word);
        bool done = _call(caller, abi.encodeCall(ILoanBook.repay, (LOAN, amount)));
        LoanStatus status = book.wordOf(LOAN).status();
        assert(status == LoanStatus.Open || (done && status == LoanStatus.Repaid));
    }

    /// @dev Rule D6: cash is set aside for an open loan only, and moves nothing else.
    function check_only_an_open_loan_is_prefunded(LoanWord word, address caller, uint64 amount)
        external
    {
        // Why it was called is forgotten when a loan is cured.
        if (word.status() == LoanStatus.Open && !word.isOpen()) return;
        _put(word);
        bool done = _call(caller, abi.encodeCall(ILoanBook.prefund, (LOAN, amount)));
        LoanWord after_ = book.wordOf(LOAN);
        assert(!done || word.isOpen());
        assert(after_.status() == word.status());
        assert(uint56(LoanWord.unwrap(after_)) == uint56(LoanWord.unwrap(word)));
    }

    /// @dev Rule C2: only the auction house starts a sale, of a called loan.
    function check_only_a_called_loan_comes_to_auction(
        LoanWord word,
        address caller,
        uint64 stopped
    ) external {
        _put(word);
        bool done =
            _call(caller, abi.encodeCall(ISales.startAuction, (LOAN, stopped, _card())));
        LoanStatus status = book.wordOf(LOAN).status();
        assert(!done || (caller == HOUSE && word.status() == LoanStatus.Called));
        assert(status == (done ? LoanStatus.Auctioned : word.status()));
    }

    /// @dev Rule S1: nobody settles without the lane's role.
    function check_nobody_settles_without_the_role(LoanWord word, address caller, bytes32 raw)
        external
    {
        bytes32[] memory words = new bytes32[](1);
        words[0] = raw;
        _put(word);
        bool done = _call(caller, abi.encodeCall(ILoanBook.settle, (0, words)));
        assert(!done);
        assert(LoanWord.unwrap(book.wordOf(LOAN)) == LoanWord.unwrap(word));
    }

    /// @dev Rules L3, P3: only the pool moves a lane's cash, and only the house books a sale.
    function check_only_pool_and_house_enter_their_doors(
        address caller,
        uint64 amount,
        uint256 tokenId,
        address buyer
    ) external {
        bytes32[] memory card = _card();
        if (caller != POOL) {
            assert(!_call(caller, abi.encodeCall(IStewardship.fundLane, (0, amount))));
            assert(!_call(caller, abi.encodeCall(IStewardship.defundLane, (0, amount))));
        }
        if (caller != HOUSE) {
            bytes memory sale =
                abi.encodeCall(ISales.applySale, (LOAN, tokenId, 0, buyer, amount, 1, card));
            assert(!_call(caller, sale));
        }
        if (caller != address(book)) {
            assert(!_call(caller, abi.encodeCall(ILoanBook.release, (LOAN, 0, card))));
        }
    }

    /// @dev Knocks at one of the doors that lead from a living status to another.
    function _enter(address caller, uint8 door, uint64 amount) private {
        bytes32[] memory card = _card();
        bytes memory call_;
        if (door == 0) call_ = abi.encodeCall(ILoanBook.repay, (LOAN, amount));
        else if (door == 1) call_ = abi.encodeCall(ILoanBook.prefund, (LOAN, amount));
        else if (door == 2) call_ = abi.encodeCall(ILoanBook.close, (LOAN, card));
        else if (door == 3) call_ = abi.encodeCall(ILoanBook.charge, (LOAN, 1, card));
        else if (door == 4) call_ = abi.encodeCall(ILoanBook.collect, (LOAN, amount, card));
        else if (door == 5) call_ = abi.encodeCall(ILoanBook.pay, (LOAN, amount, card));
        else if (door == 6) call_ = abi.encodeCall(ISales.startAuction, (LOAN, amount, card));
        else call_ = abi.encodeCall(ILoanBook.topUp, (LOAN, amount, card));
        _call(caller, call_);
    }

    function _put(LoanWord word) private {
        book.put(LOAN, word, _card());
    }

    /// @dev Terms and classes of an interest-only loan without things or restaking tokens.
    function _card() private pure returns (bytes32[] memory card) {
        card = new bytes32[](2);
        card[0] = bytes32(uint256(1000) << 40 | 1 << 32 | 2 << 16);
        card[1] = bytes32(uint256(1 days) << 224);
    }

    function _call(address caller, bytes memory call_) private returns (bool done) {
        VM.prank(caller);
        (done,) = address(book).call(call_);
    }
}
