"""The message a verifier is about to sign, in words and as the wallet will see it."""

import json
from dataclasses import dataclass

from collateral import services
from collateral.domain.classes import Role
from collateral.domain.display import identifier_words, moment, usd
from collateral.domain.portfolio.cells import parse_number
from collateral.domain.portfolio.errors import CellError
from collateral.domain.verification import VerificationError
from collateral.models import VerificationRequest, Verifier
from contracts.typed_data import for_wallet

_UNITS_PER_USD = 10**6


@dataclass(frozen=True)
class Prepared:
    """A message ready to be signed."""

    words: list[str]
    message: str
    readable: str
    chain_id: int


def prepared_statement(
    request: VerificationRequest, verifier: Verifier, value_usd: str
) -> Prepared:
    """Return the statement for that value in US dollars; only an appraisal gives one.

    Refused while a point of the checklist is open, or when the evidence is not what was handed in.
    """
    services.refuse_unchecked(request)
    services.refuse_changed_evidence(asset=request.asset, submission=request.submission)
    value_units = _value_units(Role(request.role), value_usd)
    made = services.attestation_messages(values={request.pk: value_units}, verifier=verifier)[0]
    message = for_wallet(dict(made.typed_data))
    return Prepared(
        words=_words(request, verifier, made),
        message=json.dumps(message),
        readable=json.dumps(message, indent=2),
        chain_id=int(message["domain"]["chainId"]),
    )


def _value_units(role: Role, value_usd: str) -> int:
    if role is not Role.APPRAISAL or not value_usd.strip():
        return 0
    try:
        return int(parse_number(value_usd) * _UNITS_PER_USD)
    except CellError as error:
        raise VerificationError(error.code, error.sentence) from error


def _words(request: VerificationRequest, verifier: Verifier, made: services.Statement) -> list[str]:
    asset = request.asset
    said = [
        f"{verifier} vouches for the {Role(request.role).label} of {asset}.",
        f"Its identifier is {identifier_words(asset.canonical)}.",
        f"Its owner is {asset.owner_address}.",
    ]
    if asset.originator_address:
        said.append(f"It was brought by {asset.originator_address}, who may not vouch for it.")
    if made.value_units:
        said.append(f"It is worth {usd(made.value_units)}, and no more is lent against it.")
    elif Role(request.role) is Role.APPRAISAL:
        said.append("No value is attested, so nothing can be lent against it.")
    return [
        *said,
        f"It was seen on {moment(made.observed_at)}; this holds until {moment(made.valid_until)}.",
        f"The evidence is what you see on this page, under the root {request.evidence_root}.",
        "Your bond answers for it until then and through the challenge window.",
    ]
