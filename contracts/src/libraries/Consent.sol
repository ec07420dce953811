// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ILoanBook, LoanChange, LoanWorkout} from "../interfaces/ILoanBook.sol";
import {CappedSignature} from "./CappedSignature.sol";
import {SignedTerms, TermsPlace} from "./SignedTerms.sol";

/// @title What a borrower signs for the loan book (EIP-712; domain "Ballast LoanBook", "1")
/// @notice A signature is good for one chain, one book and every field of what it consents to
/// (I-28). Deadlines and nonces are checked by whoever asks.
/// @dev The domain is hashed anew each time: after a fork of the chain no old signature counts.
/// These functions run in the loan book's context, so that `address(this)` is the book.
library Consent {
    /// @dev Types as EIP-712 encodes them; wallets show what they say. Enumerations are signed as
    /// `uint8`.
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant TERMS_TYPEHASH = keccak256(
        "LoanTerms(address borrower,uint32 lane,uint64 principal,uint64 limit,uint16 maxRateBps,"
        "uint8 schedule,uint16 instalments,uint32 interval,uint256[] assets,address lrt,"
        "uint128 lrtAmount,uint256 nonce,uint64 deadline)"
    );
    bytes32 private constant CHANGE_TYPEHASH = keccak256(
        "LoanChange(uint64 loanId,uint64 draw,uint256[] assets,uint128 lrtAmount,uint8 schedule,"
        "uint16 instalments,uint32 interval,uint16 maxRateBps,uint256 nonce,uint64 deadline)"
    );

    bytes32 private constant WORKOUT_TYPEHASH = keccak256(
        "LoanWorkout(uint64 loanId,uint16 rateBps,uint8 schedule,uint16 instalments,"
        "uint32 interval,uint24 gracePeriod,uint24 cureWindow,uint16 lateFeeBps,uint256 nonce,"
        "uint64 deadline)"
    );

    /// @notice Refuses what a party did not sign for the contract that asks.
    /// @dev Reverts with `InvalidSignature`. A wallet with code is asked by ERC-1271 with a cap on
    /// gas (rule S3); mirrored and malformed signatures recover nobody.
    /// @param party Who must have signed: the borrower.
    /// @param structHash EIP-712 hash of what is signed, of one of the functions below.
    /// @param signature 65 bytes of a key, or whatever the party's wallet takes.
    function requireSigned(address party, bytes32 structHash, bytes calldata signature)
        internal
        view
    {
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domain(), structHash);
        if (!CappedSignature.isValid(party, digest, signature)) {
            revert ILoanBook.InvalidSignature(party);
        }
    }

    /// @notice EIP-712 hash of a new loan's terms.
    /// @dev Words are hashed as they lie there, with the hash of the assets in the place where
    /// theirs is said. So bits beyond a type change the hash, and cannot pass as what was signed.
    /// The number of assets has been checked: it bounds what is copied to memory, beyond the free
    /// pointer.
    /// @param terms Where they lie; `SignedTerms.check` has passed them.
    /// @return found Hash of type, words and assets.
    function hash(TermsPlace terms) internal pure returns (bytes32 found) {
        (bytes32 kind, uint256 assets) = (TERMS_TYPEHASH, terms.assetsPlace());
        (uint256 size, uint256 place) = (32 * SignedTerms.WORDS, 32 * (1 + SignedTerms.ASSETS));
        assembly ("memory-safe") {
            let free := mload(0x40)
            let assetsSize := shl(5, calldataload(assets))
            calldatacopy(free, add(assets, 0x20), assetsSize)
            let assetsHash := keccak256(free, assetsSize)
            mstore(free, kind)
            calldatacopy(add(free, 0x20), terms, size)
            mstore(add(free, place), assetsHash)
            found := keccak256(free, add(size, 0x20))
        }
    }

    /// @notice EIP-712 hash of a change of an open loan; token ids are hashed end to end, 32 bytes
    /// each.
    /// @param change What the borrower signs.
    /// @return Hash of type and fields in the order of the type.
    function hash(LoanChange calldata change) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CHANGE_TYPEHASH,
                change.loanId,
                change.draw,
                keccak256(abi.encodePacked(change.assets)),
                change.lrtAmount,
                change.schedule,
                change.instalments,
                change.interval,
                change.maxRateBps,
                change.nonce,
                change.deadline
            )
        );
    }

    /// @notice EIP-712 hash of a workout: all its fields are of fixed size, and stand as the type
    /// has them.
    /// @param workout What the borrower of a called loan signs.
    /// @return Hash of type and fields.
    function hash(LoanWorkout calldata workout) internal pure returns (bytes32) {
        return keccak256(abi.encode(WORKOUT_TYPEHASH, workout));
    }

    /// @dev Hash of the domain: this chain, and the book in whose context this runs.
    function _domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("Ballast LoanBook"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }
}
