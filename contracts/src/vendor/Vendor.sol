// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// What a local chain needs of others' contracts: named here so that the build compiles it.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {EAS} from "./eas/EAS.sol";
import {SchemaRegistry} from "./eas/SchemaRegistry.sol";
