// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAssetRegistry} from "./IAssetRegistry.sol";
import {LoanTerms} from "./ILoanBook.sol";
import {IRiskTerms} from "./IRiskTerms.sol";
import {IValuationOracle, ValueProof} from "./IValuationOracle.sol";

/// @notice Which values a caller brings.
/// @dev `NewestOrCaps` lets appraisal caps stand in while the oracle is silent (rule V4).
enum Evidence {
    Newest,
    BothRounds,
    NewestOrCaps
}

/// @notice What secures a loan: assets in order, then restaking tokens if any.
/// @param assets Token ids.
/// @param lrt Restaking token, zero when none.
/// @param lrtAmount Its amount, base units.
/// @param lrtOpeningPrice Price of 10^18 base units at opening, ledger units; it stands for the
/// appraisal that restaking tokens do not have.
/// @param evidence Which values are brought for it.
struct Basket {
    uint256[] assets;
    address lrt;
    uint128 lrtAmount;
    uint64 lrtOpeningPrice;
    Evidence evidence;
}

/// @notice Sums over a basket's calling values, each rounded down item by item; ledger units.
/// @param opening At `maxLtvBps`, assets that are not active left out.
/// @param liquidation At `liquidationLtvBps`.
/// @param recovery At `recoveryBps`.
/// @param allActive Whether no asset is frozen or revoked.
struct Weights {
    uint256 opening;
    uint256 liquidation;
    uint256 recovery;
    bool allActive;
}

/// @notice What the classes of a basket give a new loan.
/// @param rateBps Highest of the classes.
/// @param lateFeeBps Highest of the classes.
/// @param gracePeriod Shortest of the classes, seconds.
/// @param cureWindow Shortest of the classes, seconds.
/// @param lrtPrice Price of 10^18 restaking tokens now, ledger units.
struct Draw {
    uint16 rateBps;
    uint16 lateFeeBps;
    uint32 gracePeriod;
    uint32 cureWindow;
    uint64 lrtPrice;
}

/// @notice Price path of one lot; ledger units, for restaking tokens of 10^18 base units.
struct LotPrices {
    uint64 start;
    uint64 floor;
    uint32 duration;
}

/// @title Checks what a loan book is asked, as far as that needs no state of the book
/// @notice Terms, signature and what collateral is worth, from registry, risk terms and oracle.
/// Reverts with the loan book's and the oracle's own errors.
interface IUnderwriter {
    function registry() external view returns (IAssetRegistry);
    function risk() external view returns (IRiskTerms);
    function oracle() external view returns (IValuationOracle);
    /// @notice Smallest principal, and smallest payment that does not end a debt; ledger units.
    function minimumPayment() external view returns (uint64);
    /// @notice What a new loan gets on newest-round values, or the reason why there is none
    /// (rule V1). The borrower signs for the calling loan book.
    function underwrite(
        LoanTerms calldata terms,
        bytes calldata signature,
        ValueProof[] calldata proofs
    ) external view returns (Draw memory);
    /// @notice Sums of a basket's calling values. `previous` is read for `BothRounds` only.
    function weigh(
        Basket calldata basket,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) external view returns (Weights memory);
    /// @notice Price paths of a basket's lots in the order of sale: restaking tokens first (C3).
    /// Without proofs, while the oracle is silent, from appraisal caps; `silent` says so.
    function lots(Basket calldata basket, ValueProof[] calldata newest)
        external
        view
        returns (LotPrices[] memory prices, bool silent);
}
