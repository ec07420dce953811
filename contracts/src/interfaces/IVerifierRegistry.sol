// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who may attest which class in which role, and what they have at stake
interface IVerifierRegistry {
    event VerifierSet(address indexed verifier, uint16 indexed classId, uint8 roles);
    event BondDeposited(address indexed verifier, uint256 amount);
    event BondWithdrawn(address indexed verifier, uint256 amount);
    event BondSlashed(address indexed verifier, uint256 amount, address indexed beneficiary);
    event ExposureTaken(address indexed verifier, bytes32 indexed uid, uint64 value, uint64 until);
    event ExposureReleased(address indexed verifier, bytes32 indexed uid, uint64 value);

    error NotAuthorised(address verifier, uint16 classId, uint8 role);
    error BondTooSmall(address verifier, uint256 exposure, uint256 limit);
    error ExposureRunning(bytes32 uid, uint64 until);
    error NotAssetRegistry(address caller);

    function rolesOf(address verifier, uint16 classId) external view returns (uint8);
    /// @notice Bond in ledger units of the stablecoin.
    function bondOf(address verifier) external view returns (uint256);
    function exposureOf(address verifier) external view returns (uint256);
    /// @notice Takes exposure for an attestation at mint (rule A4). Only the asset registry.
    function takeExposure(
        address verifier,
        uint16 classId,
        uint8 role,
        uint64 value,
        uint64 validUntil,
        bytes32 uid
    ) external;
    function releaseExposure(bytes32 uid) external;
    function deposit(address verifier, uint256 amount) external;
    function withdraw(uint256 amount) external;
    function slash(address verifier, uint256 amount, address beneficiary) external;
    function setVerifier(address verifier, uint16 classId, uint8 roles) external;
}
