"""A market on a real chain: users with wallets, reporters, and the engine without workers."""

import time
from pathlib import Path

from django.conf import settings

from contracts.client import Chain
from contracts.deployment import deploy_if_needed
from contracts.wallet import LocalWallet, development_wallet, development_wallets
from lending import services
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, TermsRequest
from lending.selectors import wallet_call
from oracles import selectors as oracle_selectors
from oracles import services as oracle_services
from oracles.domain.rounds import recompute
from oracles.services import TokenQuote, ensure_source, observe_token
from settlement import services as engine
from settlement.selectors import chain_time

MNEMONIC = settings.RELAYER_MNEMONIC
USD = 1_000_000
ETHER = 10**18
DAY = 86_400
MONTH = 30 * DAY
ROUND_S = 21_600
LIMIT_S = 240
GAS = 3_000_000
SPENDERS = ("LoanBook", "LendingPool", "SeniorVault", "JuniorVault", "AuctionHouse")


class Market:
    """Borrower, bidder, lender and reporters around one deployment."""

    def __init__(self, rpc_url: str) -> None:
        Path(settings.DEPLOYMENT_FILE).unlink(missing_ok=True)
        self.deployment = deploy_if_needed(rpc_url)
        self.chain = Chain(rpc_url, self.deployment)
        self.borrower = development_wallet(MNEMONIC, "owner")
        self.bidder = development_wallet(MNEMONIC, "bidder")
        self.lender = development_wallet(MNEMONIC, "lender")
        self.reporters = development_wallets(MNEMONIC, "reporter", 5)
        self.price = 3_000 * USD

    def begin(self) -> None:
        """Fund everybody, the pool's two tranches and its reserve; publish two rounds."""
        for wallet in (self.borrower, self.bidder, self.lender):
            self.chain.rpc.request("anvil_setBalance", wallet.address, hex(10**21))
            self.send(wallet, "TestStablecoin", "mint", wallet.address, 10**14)
            self.send(wallet, "TestRestakingToken", "mint", wallet.address, 1_000 * ETHER)
            for contract in SPENDERS:
                self.act(wallet, "approve", contract=contract, amount=2**255)
        book = {"contract": "LoanBook", "token": "TestRestakingToken", "amount": 2**255}
        self.act(self.borrower, "approve", **book)
        owner = self.lender.address
        for tranche, amount in ((0, 800_000 * USD), (1, 200_000 * USD)):
            self.act(self.lender, "request_deposit", tranche=tranche, owner=owner, amount=amount)
        self.act(self.lender, "fund_reserve", amount=50_000 * USD)
        ensure_source(slug="exchange", name="Exchange", kind="exchange")
        self.run()
        self.wait(DAY)
        self.close_epoch()
        self.publish()
        self.wait(ROUND_S)
        self.publish()

    # Doing

    def send(self, wallet: LocalWallet, contract: str, function: str, *args: object) -> None:
        """Send a user's own transaction."""
        self._send(
            wallet, self.chain.address(contract), self.chain.encode(contract, function, *args)
        )

    def act(self, wallet: LocalWallet, action: str, **given: object) -> None:
        """Send what the portal would hand to a user's wallet."""
        call = wallet_call(action, **given)
        self._send(wallet, call.to, bytes.fromhex(call.data[2:]))

    def _send(self, wallet: LocalWallet, to: str, data: bytes) -> None:
        self.chain.simulate(to, data, wallet.address)
        raw, tx_hash = wallet.sign_transaction(
            {
                "type": 2,
                "chainId": 31_337,
                "nonce": self.chain.transaction_count(wallet.address),
                "to": to,
                "data": data,
                "value": 0,
                "gas": GAS,
                "maxFeePerGas": 10**11,
                "maxPriorityFeePerGas": 1,
            }
        )
        self.chain.send_raw(raw)
        deadline = time.monotonic() + LIMIT_S
        while (receipt := self.chain.receipt(tx_hash)) is None:
            assert time.monotonic() < deadline, "the transaction was not mined"
            time.sleep(0.02)
        assert receipt.succeeded

    def run(self) -> None:
        """Let the engine send, confirm and read until nothing is left to do."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            waiting = engine.signers_with_work()
            for signer_id in waiting:
                engine.pump_signer(signer_id=signer_id, chain=self.chain)
            engine.confirm_batches(chain=self.chain)
            engine.read_chain(chain=self.chain, confirmations=0)
            if not engine.signers_with_work():
                return
            assert time.monotonic() < deadline, "the engine did not come to rest"
            time.sleep(0.05)

    def wait(self, seconds: int) -> int:
        """Let time pass and a block come; return its time."""
        self.chain.rpc.request("evm_increaseTime", hex(seconds))
        self.chain.rpc.request("evm_mine")
        self.run()
        return chain_time()

    # Oracle and pool

    def publish(self) -> None:
        """Observe, value, sign by five and publish a round."""
        now = chain_time()
        quote = TokenQuote(
            token=self.deployment.address("TestRestakingToken"),
            source="exchange",
            nav_wei=ETHER,
            market_units=self.price,
            ether_units=self.price,
            observed_at=now,
        )
        observe_token(quote=quote, now=now)
        opened = oracle_services.open_round(observed_at=now)
        message = oracle_services.round_message(round=opened)
        root = recompute(oracle_selectors.snapshot(round=opened)).root
        for wallet in self.reporters:
            oracle_services.submit_round_signature(
                round=opened, signature=wallet.sign_typed_data(message), root=root
            )
        oracle_services.publish_round(round=opened)
        self.run()

    def close_epoch(self) -> None:
        services.close_epoch(now=chain_time())
        self.run()

    # Loans

    def open(
        self, *, lrt_amount: int, principal: int, lane: int | None = None, **fields: object
    ) -> Loan:
        """Sign terms, for a lane or the one with most room; hand them in and let them be sent."""
        terms = services.loan_terms(
            **{
                "borrower": self.borrower.address,
                "principal": principal,
                "schedule": ScheduleKind.AMORTISING,
                "instalments": 3,
                "interval": MONTH,
                "token_ids": [],
                "lrt_amount": lrt_amount,
                "max_rate_bps": 2_000,
                "deadline": chain_time() + DAY,
                "now": chain_time(),
                **fields,
            }
        )
        if lane is not None:
            terms["message"]["lane"] = lane
        signature = self.borrower.sign_typed_data(terms)
        request = services.request_loan(terms=terms["message"], signature=signature)
        services.send_requests()
        self.run()
        found = TermsRequest.objects.select_related("loan").get(pk=request.pk)
        assert found.loan is not None, found.reason
        return found.loan

    def fall_until_called(self, loan: Loan) -> None:
        """Let the price fall, round by round, until the loan can be called; then call it."""
        for _ in range(8):
            self.price = self.price * 96 // 100
            self.wait(ROUND_S)
            self.publish()
            if services.call_loans(now=chain_time()):
                self.run()
                break
        loan.refresh_from_db()
