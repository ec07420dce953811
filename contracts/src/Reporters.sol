// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Governed} from "./Governed.sol";
import {CompactSignature, IReporters, Round} from "./interfaces/IReporters.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {SignerSet} from "./libraries/SignerSet.sol";

/// @notice What reporters have at stake; fixed at deployment.
/// @param stablecoin Token of the bonds.
/// @param minimumBond Least bond of a reporter that joins, ledger units.
/// @param treasury Where half of a bond goes that is slashed without a vote.
struct BondTerms {
    IERC20Metadata stablecoin;
    uint64 minimumBond;
    address treasury;
}

/// @title The reporters, their bonds, and what they sign
/// @notice The set of reporters is stored as code (`SignerSet`), numbered by its creations; this
/// contract creates nothing else. A bond is counted in ledger units and paid in base units of the
/// stablecoin, whose whole balance here is bonds.
/// @dev A bond stays for thirty days after its reporter left, so that a round signed on the last
/// day can still be answered for (rule V3). Each payment comes after its own change of the books.
abstract contract Reporters is IReporters, Governed, EIP712 {
    using SignerSet for bytes;
    using SafeCast for uint256;
    using ExactTransfer for IERC20Metadata;
    using SafeERC20 for IERC20Metadata;

    /// @dev One slot.
    /// @param amount Ledger units.
    /// @param lockedUntil Set when the reporter leaves, unix seconds; 0 when it never left.
    struct Bond {
        uint128 amount;
        uint64 lockedUntil;
    }

    /// @dev EIP-712 type of `Round`; its members are those of the struct, in the same order.
    bytes32 private constant ROUND_TYPEHASH =
        keccak256("Round(uint32 round,uint40 observedAt,bytes32 root,bytes32 contentHash)");
    /// @notice Least seconds between two changes of a seat.
    uint256 public constant CHANGE_INTERVAL = 14 days;
    /// @notice Seconds for which the bond of a reporter that has left stays.
    uint256 public constant BOND_LOCK = 30 days;

    /// @inheritdoc IReporters
    uint16 public immutable threshold;
    /// @inheritdoc IReporters
    uint256 public immutable minimumBond;
    /// @notice Where half of a bond goes that is slashed without a vote.
    address public immutable treasury;
    /// @notice Token of the bonds.
    IERC20Metadata public immutable stablecoin;
    /// @dev Base units of the stablecoin in a ledger unit.
    uint256 private immutable UNIT;

    /// @notice When a seat was last changed, unix seconds; 0 before the first change.
    uint64 public lastChangeAt;
    /// @dev Also of those who have not joined yet, and of those who have left.
    mapping(address reporter => Bond) private _bonds;

    /// @dev The first reporters need no bond yet; who joins later does. Reverts with
    /// `ReportersOutOfBounds` or `ReportersNotSorted`. The set that it stores is number 1.
    /// @param threshold_ Signatures that a round needs.
    /// @param bonds Token, least bond and treasury.
    /// @param sorted First reporters, strictly ascending by address.
    constructor(uint16 threshold_, BondTerms memory bonds, address[] memory sorted)
        EIP712("Ballast ValuationOracle", "1")
    {
        threshold = threshold_;
        (stablecoin, minimumBond) = (bonds.stablecoin, bonds.minimumBond);
        treasury = bonds.treasury;
        UNIT = LedgerUnits.unitOf(bonds.stablecoin);
        _checkCount(sorted.length);
        address previous;
        for (uint256 i; i < sorted.length; ++i) {
            if (sorted[i] <= previous) revert ReportersNotSorted(previous, sorted[i]);
            previous = sorted[i];
            emit ReporterSet(previous, true);
        }
        SignerSet.store(sorted);
        _useNextSet();
    }

    /// @inheritdoc IReporters
    function changeReporter(address leaving, address joining) external restricted {
        uint256 earliest = lastChangeAt == 0 ? 0 : lastChangeAt + CHANGE_INTERVAL;
        if (block.timestamp < earliest) revert ReporterChangeTooSoon(uint64(earliest));
        lastChangeAt = uint64(block.timestamp);
        bytes memory set = _reporterSet();
        if (leaving != address(0) || joining == address(0)) {
            if (!set.has(leaving)) revert ReporterUnknown(leaving);
        }
        if (joining != address(0)) {
            if (set.has(joining)) revert ReporterKnown(joining);
            uint256 bond = _bonds[joining].amount;
            if (bond < minimumBond) revert BondShort(joining, bond, minimumBond);
        }
        _seat(set, leaving, joining);
    }

    /// @inheritdoc IReporters
    function deposit(address reporter, uint256 amount) external {
        _bonds[reporter].amount += amount.toUint128();
        emit BondDeposited(reporter, amount);
        stablecoin.take(msg.sender, amount * UNIT);
    }

    /// @inheritdoc IReporters
    function withdraw(uint256 amount) external {
        Bond storage bond = _bonds[msg.sender];
        if (isReporter(msg.sender)) revert BondLocked(msg.sender, type(uint64).max);
        if (block.timestamp < bond.lockedUntil) revert BondLocked(msg.sender, bond.lockedUntil);
        if (amount > bond.amount) revert BondShort(msg.sender, bond.amount, amount);
        bond.amount -= uint128(amount);
        emit BondWithdrawn(msg.sender, amount);
        stablecoin.safeTransfer(msg.sender, amount * UNIT);
    }

    /// @inheritdoc IReporters
    function slash(address reporter, uint256 amount, address beneficiary) external restricted {
        uint256 taken = Math.min(amount, _bonds[reporter].amount);
        if (taken == 0) revert BondShort(reporter, 0, 1);
        _slash(reporter, taken, beneficiary);
    }

    /// @inheritdoc IReporters
    function slashDoubleSign(
        Round calldata first,
        CompactSignature calldata firstSignature,
        Round calldata second,
        CompactSignature calldata secondSignature
    ) external {
        if (!_conflict(first, second)) {
            revert RoundsAgree(first.round, second.round);
        }
        address reporter = _signerOf(_digest(first), firstSignature);
        address other = _signerOf(_digest(second), secondSignature);
        if (reporter == address(0) || reporter != other) revert InvalidSigner(other);
        uint256 bond = _bonds[reporter].amount;
        if (bond == 0) revert BondShort(reporter, 0, 1);
        emit DoubleSigned(reporter, first.round, msg.sender);
        bytes memory set = _reporterSet();
        bool seated = set.has(reporter);
        if (seated && set.count() > threshold) _seat(set, reporter, address(0));
        _slash(reporter, bond - bond / 2, msg.sender);
        if (bond > 1) _slash(reporter, bond / 2, treasury);
    }

    /// @inheritdoc IReporters
    function reporters() external view returns (address[] memory accounts) {
        bytes memory set = _reporterSet();
        accounts = new address[](set.count());
        for (uint256 i; i < accounts.length; ++i) {
            accounts[i] = set.get(i);
        }
    }

    /// @inheritdoc IReporters
    function bondOf(address reporter) external view returns (uint256) {
        return _bonds[reporter].amount;
    }

    /// @inheritdoc IReporters
    function bondLockedUntil(address reporter) external view returns (uint64) {
        return _bonds[reporter].lockedUntil;
    }

    /// @inheritdoc IReporters
    function isReporter(address account) public view returns (bool) {
        return _reporterSet().has(account);
    }

    /// @dev The set in force.
    /// @return Addresses, one a word, as `SignerSet.read` gives them.
    function _reporterSet() internal view virtual returns (bytes memory);

    /// @dev Puts the set in force that was stored last. Each set that is stored is put in force at
    /// once, so that the number of the set and the count of creations go together.
    function _useNextSet() internal virtual;

    /// @dev Most seconds from observation to publication.
    /// @return Seconds; the oracle refuses an older round.
    function _publishableFor() internal view virtual returns (uint256);

    /// @dev The struct's words follow its type hash as they lie in the call's data.
    /// @param round Four words. Each caller reads `round` and `observedAt` too, which refuses bits
    /// beyond their types; the other two have none.
    /// @return EIP-712 digest in the domain of this chain and oracle (invariant I-28).
    function _digest(Round calldata round) internal view returns (bytes32) {
        bytes32 typeHash = ROUND_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, typeHash)
            calldatacopy(add(words, 0x20), round, 0x80)
            structHash := keccak256(words, 0xa0)
        }
        return _hashTypedDataV4(structHash);
    }

    /// @dev Zero for a signature that no key gives.
    /// @param digest EIP-712 digest of a round.
    /// @param signature In compact form; one with the higher s is refused.
    /// @return signer Whose key gave it.
    function _signerOf(bytes32 digest, CompactSignature calldata signature)
        internal
        pure
        returns (address signer)
    {
        (signer,,) = ECDSA.tryRecover(digest, signature.r, signature.vs);
    }

    /// @dev Different rounds of one number. A round that has become too old to be published may be
    /// replaced; the new one's observations are later than the old one could be published.
    /// @param first One round.
    /// @param second Another.
    /// @return Whether one reporter must not have signed both.
    function _conflict(Round calldata first, Round calldata second) private view returns (bool) {
        uint256 early = Math.min(first.observedAt, second.observedAt);
        uint256 late = Math.max(first.observedAt, second.observedAt);
        bool both = first.round == second.round && late - early <= _publishableFor();
        return both && _digest(first) != _digest(second);
    }

    /// @dev Stores the set with one seat changed, still sorted: who stays is copied in order, and
    /// who joins is moved down to its place. Reverts with `ReportersOutOfBounds`.
    /// @param set The set in force.
    /// @param leaving A member, or zero for nobody.
    /// @param joining No member, or zero for nobody.
    function _seat(bytes memory set, address leaving, address joining) private {
        uint256 size = set.count();
        uint256 stay = leaving == address(0) ? size : size - 1;
        address[] memory next = new address[](joining == address(0) ? stay : stay + 1);
        _checkCount(next.length);
        uint256 place;
        for (uint256 i; i < size; ++i) {
            if (set.get(i) != leaving) next[place++] = set.get(i);
        }
        if (joining != address(0)) {
            for (; place > 0 && next[place - 1] > joining; --place) {
                next[place] = next[place - 1];
            }
            next[place] = joining;
        }
        SignerSet.store(next);
        _useNextSet();
        if (leaving != address(0)) {
            _bonds[leaving].lockedUntil = uint64(block.timestamp + BOND_LOCK);
            emit ReporterSet(leaving, false);
        }
        if (joining != address(0)) emit ReporterSet(joining, true);
    }

    /// @dev Pays a part of a bond out.
    /// @param reporter Whose bond.
    /// @param amount Ledger units, at most the bond.
    /// @param beneficiary Who receives it.
    function _slash(address reporter, uint256 amount, address beneficiary) private {
        _bonds[reporter].amount -= amount.toUint128();
        emit BondSlashed(reporter, amount, beneficiary);
        stablecoin.safeTransfer(beneficiary, amount * UNIT);
    }

    /// @dev More than half must sign, so that two roots of one round share a signer. No fewer than
    /// the threshold may be left, or no round could be published.
    /// @param count Reporters that there would be.
    function _checkCount(uint256 count) private view {
        if (count < threshold || count >= 2 * uint256(threshold)) {
            revert ReportersOutOfBounds(count, threshold);
        }
    }
}
