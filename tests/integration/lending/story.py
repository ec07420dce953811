"""The chain's side of a story: events in order, projected as the reader would."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from collateral.models import Asset, AssetStatus, Owner
from contracts.deployment_record import Deployment
from contracts.domain.cards import Card, encode_card
from contracts.domain.words import WITH_CARD, Word, encode_results, encode_word
from contracts.types import Event
from contracts.wallet import development_wallet
from lending.domain.units import loan_id_of
from lending.models import Loan, PoolState
from lending.selectors.cards import card_words
from oracles.models import Round, RoundStatus, Valuation
from settlement.models import Block, Cursor
from settlement.projection import project

MNEMONIC = "test test test test test test test test test test test junk"
USD = 1_000_000
DAY = 86_400
MONTH = 30 * DAY
START = 1_800_000_000
BORROWER = development_wallet(MNEMONIC, "owner").address
BIDDER = development_wallet(MNEMONIC, "bidder").address
LENDER = development_wallet(MNEMONIC, "lender").address
NOBODY = "0x" + "00" * 20
HOUSE, CAR = 101, 202
HOUSE_CLASS, CAR_CLASS, LRT_CLASS = 1, 2, 14
CONTRACTS = (
    "TestStablecoin",
    "TestRestakingToken",
    "RiskTerms",
    "AssetRegistry",
    "ValuationOracle",
    "LoanBook",
    "LendingPool",
    "AuctionHouse",
    "SeniorVault",
    "SeniorShare",
    "JuniorVault",
    "JuniorShare",
)
ADDRESSES = {name: "0x" + f"{number:02x}" * 20 for number, name in enumerate(CONTRACTS, 0x51)}
ESCROWS = ("0x" + "e0" * 20, "0x" + "e1" * 20)
GENESIS = json.loads((Path(settings.BASE_DIR) / "contracts" / "genesis.json").read_text())


def write_deployment(path) -> Deployment:
    record = Deployment(
        chain_id=31_337,
        genesis_hash="0x" + "00" * 32,
        block=1,
        addresses=ADDRESSES,
        lanes=ESCROWS,
        parameters=GENESIS,
    )
    record.save(path)
    return record


class Story:
    """Tells events; `now` is the time of the block that the next one falls into."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.now = START
        self.block = 0
        self.sequences: dict[int, int] = {}
        self.loans: dict[int, int] = {}
        self.words = 0
        self.kept: list[Event] | None = None

    # What there is from the start

    def begin(self) -> None:
        self.tick(0)
        self.tell("LendingPool", "AuthorityUpdated", authority=NOBODY)
        PoolState.objects.update(cash=len(ESCROWS) * 1_000_000 * USD)
        for row in GENESIS["classes"]:
            self.tell("RiskTerms", "ClassTermsSet", classId=row["id"], terms=camel(row["terms"]))
        for lane, escrow in enumerate(ESCROWS):
            self.tell("LoanBook", "LaneAdded", lane=lane, escrow=escrow)
            self.move_cash(lane, 1_000_000 * USD)
        self.hand_out()
        self.asset(HOUSE, HOUSE_CLASS, cap=300_000 * USD)
        self.asset(CAR, CAR_CLASS, cap=20_000 * USD)
        self.publish(1, house=300_000 * USD, car=20_000 * USD)
        self.tick(DAY)
        self.publish(2, house=300_000 * USD, car=20_000 * USD)

    def asset(self, token_id: int, class_id: int, *, cap: int) -> Asset:
        owner, _ = Owner.objects.get_or_create(address=BORROWER)
        return Asset.objects.create(
            class_id=class_id,
            scheme="record",
            canonical=str(token_id),
            anchor="0x" + token_id.to_bytes(32, "big").hex(),
            identity_salt=b"s" * 32,
            identity_commitment=digest("commitment", token_id),
            owner=owner,
            status=AssetStatus.MINTED,
            token_id=token_id,
            appraisal_cap_units=cap,
            attested_at=self.now,
            valid_until=self.now + 365 * DAY,
            holder_address=BORROWER,
        )

    # Time and values

    def tick(self, seconds: int) -> int:
        """Let a block come, so many seconds later."""
        self.now += seconds
        self.block += 1
        Block.objects.create(
            number=self.block,
            hash=digest("block", self.block),
            parent_hash=digest("block", self.block - 1),
            timestamp=self.now,
        )
        Cursor.objects.update_or_create(
            name=Cursor.READER,
            defaults={"block_number": self.block, "block_hash": digest("block", self.block)},
        )
        return self.now

    def publish(self, number: int, *, house: int, car: int, lrt: int = 3_000 * USD) -> None:
        """Publish a round with these lower bounds."""
        row = Round.objects.create(
            number=number,
            status=RoundStatus.PUBLISHED,
            observed_at=self.now,
            count=3,
            root=digest("root", number),
            content_hash=digest("content", number),
            model_set_hash=digest("models"),
            published_at=self.now,
        )
        for token_id, lower in ((HOUSE, house), (CAR, car)):
            asset = Asset.objects.get(token_id=token_id)
            self._value(row, lower, asset.class_id, asset=asset)
        self._value(row, lrt, LRT_CLASS, token=ADDRESSES["TestRestakingToken"])
        self.tell(
            "ValuationOracle",
            "RoundPublished",
            round=number,
            root=row.root,
            contentHash=row.content_hash,
            observedAt=self.now,
        )

    def _value(self, row: Round, lower: int, class_id: int, **subject) -> None:
        Valuation.objects.create(
            round=row,
            class_id=class_id,
            status=0,
            value_units=lower,
            lower_units=lower,
            target_value_units=lower,
            target_lower_units=lower,
            sources=3,
            observed_at=self.now,
            valid_until=self.now + 30 * DAY,
            **subject,
        )

    # Events

    def tell(self, contract: str, name: str, /, words=b"", **args) -> Event:
        event = Event(
            name=name,
            contract=contract,
            address=ADDRESSES[contract],
            args=args,
            block_number=self.block,
            block_hash=digest("block", self.block),
            tx_hash=digest("tx", self.block),
            log_index=0,
            block_time=self.now,
            words=words,
        )
        if self.kept is None:
            project([event])
        else:
            self.kept.append(event)
        return event

    @contextmanager
    def keeping(self) -> Iterator[list[Event]]:
        """Keep the events that are told meanwhile, so that they can be projected in one step."""
        self.kept = kept = []
        try:
            yield kept
        finally:
            self.kept = None

    def in_lane(self, name: str, lane: int, /, **args) -> Event:
        """Tell a sequenced event of the loan book."""
        self.sequences[lane] = self.sequences.get(lane, 0) + 1
        return self.tell("LoanBook", name, sequence=self.sequences[lane], **args)

    def of_loan(self, name: str, loan_id: int, /, **args) -> Event:
        return self.in_lane(name, loan_id >> 40, loanId=loan_id, **args)

    def hand_out(self, *, cap: int = 4_000_000 * USD, reserved: tuple[int, ...] = (0, 0)) -> None:
        """Hand the same cap out in every class, as a close does."""
        self.tell("LoanBook", "RoomsReserved", reserved=list(reserved))
        for row in GENESIS["classes"]:
            self.tell("LoanBook", "RoomsHandedOut", classId=row["id"], cap=cap, used=0)

    def move_cash(self, lane: int, amount: int) -> None:
        self.in_lane("CashMoved", lane, lane=lane, amount=amount)

    def open(self, *, lane: int = 0, assets=(CAR,), principal=9_000 * USD, lrt=0, **terms) -> int:
        self.loans[lane] = self.loans.get(lane, 0) + 1
        loan_id = loan_id_of(lane=lane, number=self.loans[lane])
        card = self.card(assets=assets, principal=principal, lrt=lrt, **terms)
        self.of_loan(
            "LoanOpened",
            loan_id,
            borrower=BORROWER,
            rateBps=900,
            nonce=terms.get("nonce", loan_id),
            card=["0x" + word.hex() for word in encode_card(card)],
        )
        for token_id in sorted(assets):
            self.of_loan("Pledged", loan_id, tokenId=token_id)
        if lrt:
            self.of_loan("LrtPledged", loan_id, token=card.lrt, amount=lrt)
        return loan_id

    def card(self, *, assets, principal: int, lrt: int, limit: int = 0, **terms: int) -> Card:
        """The terms as the classes of the basket give them: the strictest of each."""
        ids = set(Asset.objects.filter(token_id__in=assets).values_list("class_id", flat=True))
        if lrt:
            ids.add(LRT_CLASS)
        rows = [camel(row["terms"]) for row in GENESIS["classes"] if row["id"] in ids]
        return Card(
            borrower=BORROWER,
            base_principal=principal,
            schedule=terms.get("schedule", 0),
            instalments=terms.get("instalments", 3),
            interval=terms.get("interval", MONTH),
            opened_at=self.now,
            grace_period=min(row["gracePeriod"] for row in rows),
            cure_window=min(row["cureWindow"] for row in rows),
            late_fee_bps=max(row["lateFeeBps"] for row in rows),
            limit=limit if limit > principal else 0,
            classes=sum(1 << class_id for class_id in ids),
            assets=tuple(sorted(assets)),
            lrt=ADDRESSES["TestRestakingToken"] if lrt else NOBODY,
            lrt_amount=lrt,
            lrt_opening_price=3_000 * USD if lrt else 0,
        )

    def prefund(self, loan_id: int, amount: int) -> None:
        self.of_loan("Prefunded", loan_id, payer=BORROWER, amount=amount)

    def repay(self, loan_id: int, amount: int) -> None:
        self.of_loan("Repaid", loan_id, payer=BORROWER, amount=amount)

    def call(self, loan_id: int, *, impaired: int, reason: int = 0) -> None:
        self.of_loan(
            "LoanCalled",
            loan_id,
            reason=reason,
            debt=0,
            impaired=impaired,
            cureUntil=0,
            setOff=0,
        )

    def settle(self, lane: int, *words: tuple[int, int, int, int]) -> None:
        """Settle words of (kind, loan id, amount, result)."""
        encoded, results = [], []
        for kind, loan_id, amount, result in words:
            self.words += 1
            number = loan_id & ((1 << 40) - 1)
            word = Word(kind=kind, number=self.words, loan_number=number, amount=amount)
            fields = (word.kind, word.number, word.loan_number, word.amount)
            encoded.append(encode_word(*fields))
            if kind in WITH_CARD:
                encoded += card_words(Loan.objects.get(pk=loan_id))
            results.append(result)
        self.in_lane(
            "BatchSettled",
            lane,
            lane=lane,
            wordsHash="0x" + "00" * 32,
            count=len(words),
            results="0x" + encode_results(results).hex(),
            words=b"".join(encoded),
        )

    def offer(self, loan_id: int, *, token_id: int, start: int, floor: int, lrt: int = 0) -> None:
        self.tell(
            "AuctionHouse",
            "LotOffered",
            loanId=loan_id,
            tokenId=token_id,
            sequence=1,
            startPrice=start,
            floorPrice=floor,
            startedAt=self.now,
            duration=3 * DAY,
            lrtAmount=lrt,
        )

    def sell(self, loan_id: int, *, token_id: int, price: int, lrt: int = 0) -> None:
        self.tell(
            "AuctionHouse",
            "LotSold",
            loanId=loan_id,
            tokenId=token_id,
            sequence=2,
            buyer=BIDDER,
            price=price,
            lrtAmount=lrt,
            toReserve=False,
        )
        self.of_loan("SaleApplied", loan_id, proceeds=price, toDebt=0, surplus=0)

    def deliver(self, loan_id: int, token_id: int, to: str = BIDDER) -> None:
        self.of_loan("Released", loan_id, tokenId=token_id, to=to)


def camel(terms: dict) -> dict:
    """Return genesis terms under the contract's names."""
    named = {}
    for name, value in terms.items():
        head, *rest = name.removesuffix("_s").split("_")
        named[head + "".join(part.capitalize() for part in rest)] = value
    return named


def digest(*parts: object) -> str:
    return "0x" + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
