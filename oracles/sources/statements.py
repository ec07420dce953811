"""What a source says, before anybody has judged it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NewObservation:
    """What a source says: ``value · 10^-scale`` of ``unit``, of an asset, token or currency.

    ``value`` is a whole number or its digits. ``asset_id`` is the asset's row, ``token`` a token
    contract's address or a currency's ISO code; ``raw`` the document that it was read from.
    ``signature`` is the source's own where it has a signer (`signed_text`), else kept as evidence.
    Only a cap has an ``override_id``: what two people decided.
    """

    source: str
    kind: str
    value: object
    unit: str
    scale: int
    observed_at: int
    asset_id: int | None = None
    token: str = ""
    raw: bytes = b""
    currency: str = "USD"
    signature: str = ""
    override_id: int | None = None
