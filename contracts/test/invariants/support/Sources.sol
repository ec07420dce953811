// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// What the world deploys by name must be compiled, also when only these tests are.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {AuctionHouse} from "../../../src/AuctionHouse.sol";
import {LoanBook} from "../../../src/LoanBook.sol";
import {TestRestakingToken} from "../../../src/tokens/TestRestakingToken.sol";
import {EAS} from "../../../src/vendor/eas/EAS.sol";
import {SchemaRegistry} from "../../../src/vendor/eas/SchemaRegistry.sol";
