"""The oracle contract on the bench's chain, and the rounds that are published to it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from benchmarks.transactions import Call, Sender, account
from collateral.domain.keccak import keccak256
from contracts import typed_data
from contracts.client import Chain
from contracts.deployment import deploy_if_needed
from contracts.wallet import development_wallets

# The first rounds write slots that were empty; the measured one finds them as they stay.
_ROUNDS_BEFORE = 3


class OracleOnChain:
    """The deployed oracle, and what its event reader would have stored so far."""

    def __init__(self, rpc_url: str, record: Path) -> None:
        self.deployment = deploy_if_needed(rpc_url=rpc_url, path=record)
        self.chain = Chain(rpc_url, self.deployment)
        self.sender = Sender(self.chain)
        self.terms: Mapping[str, Any] = self.deployment.parameters["oracle"]
        wallets = development_wallets(settings.RELAYER_MNEMONIC, "reporter", self.threshold)
        self.wallets = sorted(wallets, key=lambda one: int(one.address, 16))

    @property
    def threshold(self) -> int:
        """Signatures that a round needs."""
        return int(self.terms["threshold"])

    def begin(self, database_url: str) -> int:
        """Publish the first rounds, tell the database, and return the time of the next one."""
        for number in range(1, _ROUNDS_BEFORE + 1):
            self.sender.wait(int(self.terms["min_interval_s"]))
            message = self._small_round(number)
            self._publish(message, self._sign(message))
        published_at = self.sender.now()
        self.sender.wait(int(self.terms["min_interval_s"]))
        with psycopg.connect(database_url, autocommit=True) as connection:
            self._mirror(connection, message, published_at)
        return self.sender.now()

    def publish_open(self, database_url: str) -> int:
        """Publish the round that its reporters have signed; return the gas of the transaction."""
        with psycopg.connect(database_url, autocommit=True) as connection:
            number, observed_at, root, content_hash = connection.execute(
                "SELECT number, observed_at, root, content_hash FROM oracles_round "
                "WHERE status = 'signing'"
            ).fetchone()
            signed = connection.execute(
                "SELECT address, signature FROM oracles_roundsignature JOIN oracles_reporter "
                "ON oracles_reporter.id = reporter_id JOIN oracles_round ON oracles_round.id = "
                "round_id WHERE number = %s",
                [number],
            ).fetchall()
            message = {
                "round": number,
                "observedAt": observed_at,
                "root": root,
                "contentHash": content_hash,
            }
            ordered = sorted(signed, key=lambda one: int(one[0], 16))[: self.threshold]
            gas = self._publish(message, [bytes.fromhex(text[2:]) for _, text in ordered])
            connection.execute(
                "UPDATE oracles_round SET status = 'published', published_at = %s "
                "WHERE status = 'signing'",
                [self.sender.now()],
            )
        return gas

    def _small_round(self, number: int) -> dict[str, Any]:
        root = keccak256(number.to_bytes(32, "big"))
        return {
            "round": number,
            "observedAt": self.sender.now(),
            "root": "0x" + root.hex(),
            "contentHash": "0x" + keccak256(root).hex(),
        }

    def _sign(self, message: Mapping[str, Any]) -> list[bytes]:
        data = typed_data.round(
            chain_id=self.deployment.chain_id,
            oracle=self.chain.address("ValuationOracle"),
            message=message,
        )
        return [wallet.sign_typed_data(data) for wallet in self.wallets]

    def _publish(self, message: Mapping[str, Any], signatures: Sequence[bytes]) -> int:
        compact = [
            dict(zip(("r", "vs"), typed_data.compact(one), strict=True)) for one in signatures
        ]
        data = self.chain.encode("ValuationOracle", "publish", message, compact)
        to = self.chain.address("ValuationOracle")
        return self.sender.send(Call(account("publisher"), to, data)).gas_used

    def _mirror(
        self, connection: psycopg.Connection, message: Mapping[str, Any], published_at: int
    ) -> None:
        """Write what the reader of events writes: the time, the reporters, the last round."""
        head = self.chain.head()
        connection.execute(
            "INSERT INTO settlement_block (number, hash, parent_hash, timestamp) "
            "VALUES (%s, %s, %s, %s)",
            [head.number, head.hash, head.hash, head.timestamp],
        )
        for wallet in self.wallets:
            connection.execute(
                "INSERT INTO oracles_reporter (address, active, changed_block) "
                "VALUES (%s, true, 0)",
                [wallet.address],
            )
        connection.execute(
            "INSERT INTO oracles_round (number, status, observed_at, root, content_hash, "
            "model_set_hash, snapshot_hash, publish_key, publish_attempts, published_at, tx_hash, "
            "created_at) VALUES (%s, 'published', %s, %s, %s, '', '', '', 0, %s, '', now())",
            [
                *(message["round"], message["observedAt"], message["root"]),
                *(message["contentHash"], published_at),
            ],
        )
