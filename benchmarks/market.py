"""A whole market on the bench's chain: contracts, lenders, verifiers, reporters, assets, loans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from benchmarks.errors import BenchFailed
from benchmarks.transactions import Call, Sender, account
from benchmarks.values import ValueTree, value_leaf
from collateral.domain.keccak import keccak256
from contracts import events, typed_data
from contracts.client import Chain
from contracts.deployment import Deployment, Roles, deploy, fund, load_genesis
from contracts.domain.cards import Card, decode_card
from contracts.types import Receipt
from contracts.wallet import LocalWallet, development_wallet, development_wallets
from lending.domain.schedule import ScheduleKind
from oracles.domain.leaf import Domain, address_number

USD = 1_000_000
ETHER = 10**18
DAY = 86_400
MONTH = 30 * DAY
HOUSE_CLASS, LRT_CLASS = 1, 14
HOUSE_VALUE = 400_000 * USD
LRT_PRICE = 3_000 * USD
LENT = 1_000_000_000 * USD
PURSE = 100_000_000 * USD
UNLIMITED = 2**256 - 1
# Roles of the house class: title, appraisal, inspection.
ROLES = (1, 2, 4)
SMALL_TREE = 1_024
NO_BYTES32 = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Terms:
    """A loan that a borrower is about to sign."""

    borrower: LocalWallet
    lane: int
    principal: int
    nonce: int
    assets: Sequence[int] = ()
    lrt_amount: int = 0


def _with_more(classes: Sequence[Mapping[str, Any]], count: int) -> list[Mapping[str, Any]]:
    """Return the classes and as many more, with terms and caps but no assets."""
    alike, first = {**classes[0], "required_roles": 0}, len(classes) + 1
    return [*classes, *({**alike, "id": first + number} for number in range(count))]


class Market:
    """The contracts with a funded pool and admitted verifiers, on as many lanes as asked for."""

    def __init__(
        self, rpc_url: str, lanes: int, relayers: Sequence[str] = (), more_classes: int = 0
    ) -> None:
        self.genesis = {**load_genesis(), "lanes": lanes}
        self.genesis["classes"] = _with_more(self.genesis["classes"], more_classes)
        self.reporters = development_wallets(
            settings.RELAYER_MNEMONIC, "reporter", self.genesis["oracle"]["reporters"]
        )
        self.verifiers = development_wallets(settings.RELAYER_MNEMONIC, "verifier", len(ROLES))
        # Relayers of lanes need a key only where their transactions are signed.
        self.relayers = list(relayers) or [account(f"relayer of lane {n}") for n in range(lanes)]
        self.deployment = self._deploy(rpc_url)
        self.chain = Chain(rpc_url, self.deployment)
        self.sender = Sender(self.chain)
        self.tree: ValueTree | None = None
        self.previous_tree: ValueTree | None = None
        self.escrow_of = dict(enumerate(self.deployment.lanes))
        self._lend()
        self._admit_verifiers()

    # ---- Calls --------------------------------------------------------------------------------

    def call(self, sender: str, contract: str, function: str, *arguments: Any) -> Call:
        """Return a call by its names, ready to be sent."""
        to = self.chain.address(contract)
        return Call(sender, to, self.chain.encode(contract, function, *arguments))

    def send(self, sender: str, contract: str, function: str, *arguments: Any) -> Receipt:
        """Send one call by its names, in a block of its own."""
        return self.sender.send(self.call(sender, contract, function, *arguments))

    def equip(self, holders: Sequence[str]) -> None:
        """Give accounts both tokens and the approvals that users give once."""
        book, house = self.chain.address("LoanBook"), self.chain.address("AuctionHouse")
        calls = []
        for holder in holders:
            calls += [
                self.call(holder, "TestStablecoin", "mint", holder, PURSE),
                self.call(holder, "TestStablecoin", "approve", book, UNLIMITED),
                self.call(holder, "TestStablecoin", "approve", house, UNLIMITED),
                self.call(holder, "TestRestakingToken", "mint", holder, 1_000 * ETHER),
                self.call(holder, "TestRestakingToken", "approve", book, UNLIMITED),
            ]
        self.sender.send_all(calls)

    # ---- Assets -------------------------------------------------------------------------------

    def mint_call(self, owner: str, name: str) -> tuple[Call, int]:
        """Return the mint of a house with three attestations, and its token id."""
        anchor = keccak256(name.encode())
        request = {
            "owner": owner,
            "originator": typed_data.ZERO_ADDRESS,
            "classId": HOUSE_CLASS,
            "anchors": [anchor],
            "identityCommitment": keccak256(b"identity" + anchor),
            "evidenceRoot": keccak256(b"evidence" + anchor),
        }
        signed = [
            self._attestation(request, wallet, role)
            for wallet, role in zip(self.verifiers, ROLES, strict=True)
        ]
        signed.sort(key=lambda one: int(one["attester"], 16))
        relayer = account("relayer of mints")
        call = self.call(relayer, "AssetRegistry", "mint", request | {"attestations": signed})
        return call, int.from_bytes(anchor, "big")

    def mint_all(self, owned: Sequence[tuple[str, str]]) -> list[int]:
        """Mint a house for each pair of owner and name; return the token ids."""
        made = [self.mint_call(owner, name) for owner, name in owned]
        self.sender.send_all([call for call, _ in made])
        return [token_id for _, token_id in made]

    # ---- Rounds -------------------------------------------------------------------------------

    def publish(
        self, values: Mapping[int, int], *, size: int = SMALL_TREE, depth: int = 0
    ) -> Receipt:
        """Publish the next round: the restaking token and the given lower bounds of houses."""
        self.previous_tree = self.tree
        now = self.sender.now()
        number = self.chain.call("ValuationOracle", "lastRound") + 1
        oracle = self.chain.address("ValuationOracle")
        domain = Domain(chain_id=self.deployment.chain_id, oracle=oracle, number=number)
        leaves = [value_leaf(self.lrt_id, LRT_CLASS, LRT_PRICE, now, MONTH)]
        leaves += [
            value_leaf(token_id, HOUSE_CLASS, lower, now, MONTH)
            for token_id, lower in values.items()
        ]
        self.tree = ValueTree(domain, leaves, size, depth)
        message = {
            "round": number,
            "observedAt": now,
            "root": self.tree.root,
            "contentHash": keccak256(b"content" + self.tree.root),
        }
        reporter = account("publisher")
        return self.send(
            reporter, "ValuationOracle", "publish", message, self._round_signatures(message)
        )

    @property
    def lrt_id(self) -> int:
        """The number under which the restaking token's value is kept."""
        return address_number(self.chain.address("TestRestakingToken"))

    def proofs(self, ids: Sequence[int], *, previous: bool = False) -> list[dict[str, Any]]:
        """Return proofs of the newest round, or of the one before, in the order given."""
        tree = self.previous_tree if previous else self.tree
        return [tree.proof(one) for one in ids] if tree else []

    # ---- Loans --------------------------------------------------------------------------------

    def open_call(self, terms: Terms) -> Call:
        """Return the opening of a loan, signed by its borrower and sent by a relayer."""
        fields = self._terms_fields(terms)
        proved = [*terms.assets, *([self.lrt_id] if terms.lrt_amount else [])]
        relayer = account(f"opener of lane {terms.lane}")
        return self.call(
            relayer, "LoanBook", "open", fields, self._sign(terms), self.proofs(proved)
        )

    def open_alike(self, first: Terms, count: int) -> list[int]:
        """Open many loans with the same terms but their nonces; calldata is encoded once.

        Returns the ids of the loans.
        """
        template, signature = self.open_call(first), self._sign(first)
        nonce = first.nonce.to_bytes(32, "big")
        calls = []
        for step in range(count):
            terms = Terms(
                **{
                    name: getattr(first, name)
                    for name in ("borrower", "lane", "principal", "assets", "lrt_amount")
                },
                nonce=first.nonce + step,
            )
            data = template.data.replace(nonce, terms.nonce.to_bytes(32, "big"))
            data = data.replace(signature, self._sign(terms))
            calls.append(Call(template.sender, template.to, data))
        return [self.opened(receipt)[0] for receipt in self.sender.send_all(calls)]

    def opened(self, receipt: Receipt) -> tuple[int, Card]:
        """Return the id and the card of the loan that a transaction opened."""
        for event in events.decode_all(receipt.logs, self.deployment):
            if event.name == "LoanOpened":
                words = [bytes.fromhex(word[2:]) for word in event.args["card"]]
                return event.args["loanId"], decode_card(words)
        raise BenchFailed(f"The transaction {receipt.tx_hash} opened no loan.")

    # ---- Set-up -------------------------------------------------------------------------------

    def _deploy(self, rpc_url: str) -> Deployment:
        chain = Chain(rpc_url)
        governor = development_wallet(settings.RELAYER_MNEMONIC, "governor")
        roles = Roles(
            governor=governor,
            guardian=account("guardian"),
            reporters=[wallet.address for wallet in self.reporters],
            lane_relayers=self.relayers,
        )
        fund(chain, [governor.address])
        return deploy(chain, roles=roles, genesis=self.genesis)

    @property
    def lanes(self) -> int:
        lanes: int = self.genesis["lanes"]
        return lanes

    def _lend(self) -> None:
        """Fund the pool's tranches and let the first close hand cash to the lanes."""
        lender = account("lender")
        self.send(lender, "TestStablecoin", "mint", lender, 2 * LENT)
        for vault in ("SeniorVault", "JuniorVault"):
            address = self.chain.address(vault)
            self.send(lender, "TestStablecoin", "approve", address, UNLIMITED)
            self.send(lender, vault, "requestDeposit", LENT, lender, lender)
        self.sender.wait(self.genesis["pool"]["epoch_s"])
        self.first_close = self.send(lender, "LendingPool", "closeEpoch")

    def _admit_verifiers(self) -> None:
        """Admit each verifier in its role, with a bond for all that it will attest."""
        governor = self.deployment.parameters["governor"]
        registry = self.chain.address("VerifierRegistry")
        self.send(governor, "TestStablecoin", "mint", governor, LENT)
        self.send(governor, "TestStablecoin", "approve", registry, UNLIMITED)
        for wallet, role in zip(self.verifiers, ROLES, strict=True):
            self.send(governor, "VerifierRegistry", "deposit", wallet.address, 10_000_000 * USD)
            self.send(
                governor, "VerifierRegistry", "setVerifier", wallet.address, HOUSE_CLASS, role
            )

    # ---- Signatures ---------------------------------------------------------------------------

    def _attestation(
        self, request: Mapping[str, Any], wallet: LocalWallet, role: int
    ) -> dict[str, Any]:
        """Return one attestation; the appraiser alone says a value, as in the product."""
        now = self.sender.now()
        valid_until = now + self._class["max_validity_s"]
        value = HOUSE_VALUE if role == ROLES[1] else 0
        salt = keccak256(bytes([role]) + request["anchors"][0])
        message = typed_data.attestation(
            chain_id=self.deployment.chain_id,
            eas=self.chain.address("EAS"),
            eas_version=self.deployment.parameters["eas_version"],
            registry=self.chain.address("AssetRegistry"),
            owner=request["owner"],
            class_id=request["classId"],
            role=role,
            anchors=request["anchors"],
            identity_commitment=request["identityCommitment"],
            evidence_root=request["evidenceRoot"],
            value_units=value,
            time=now,
            observed_at=now,
            valid_until=valid_until,
            salt=salt,
        )
        return {
            "attester": wallet.address,
            "role": role,
            "value": value,
            "time": now,
            "observedAt": now,
            "validUntil": valid_until,
            "salt": salt,
            "signature": wallet.sign_typed_data(message),
        }

    @property
    def _class(self) -> dict[str, Any]:
        found: dict[str, Any] = self.genesis["classes"][HOUSE_CLASS - 1]
        return found

    def _round_signatures(self, message: Mapping[str, Any]) -> list[dict[str, bytes]]:
        signed = typed_data.round(
            chain_id=self.deployment.chain_id,
            oracle=self.chain.address("ValuationOracle"),
            message=message,
        )
        threshold = self.genesis["oracle"]["threshold"]
        wallets = sorted(self.reporters[:threshold], key=lambda one: int(one.address, 16))
        compact = (typed_data.compact(wallet.sign_typed_data(signed)) for wallet in wallets)
        return [{"r": r, "vs": vs} for r, vs in compact]

    def _terms_fields(self, terms: Terms) -> dict[str, Any]:
        has_lrt = terms.lrt_amount != 0
        return {
            "borrower": terms.borrower.address,
            "lane": terms.lane,
            "principal": terms.principal,
            "limit": terms.principal,
            "maxRateBps": 2_000,
            "schedule": int(ScheduleKind.AMORTISING),
            "instalments": 10,
            "interval": MONTH,
            "assets": list(terms.assets),
            "lrt": self.chain.address("TestRestakingToken") if has_lrt else typed_data.ZERO_ADDRESS,
            "lrtAmount": terms.lrt_amount,
            "nonce": terms.nonce,
            "deadline": 2**63,
        }

    def _sign(self, terms: Terms) -> bytes:
        message = typed_data.loan_terms(
            chain_id=self.deployment.chain_id,
            loan_book=self.chain.address("LoanBook"),
            terms=self._terms_fields(terms),
        )
        return terms.borrower.sign_typed_data(message)
