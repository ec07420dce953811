"""What is told by mail, to whom, and in which words: never what the thing is or what was said.

Mail is read by others on its way. So it says that something happened and where to read it; the
timeline of the asset has the words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# By kind of a line of the timeline.
_SAID: Mapping[str, str] = {
    "attested": "A verifier vouches for it in one of its roles.",
    "rejected": "A verifier rejected it and says why.",
    "asks": "A verifier asks for more before it vouches.",
    "minted": "Its token is on the ledger.",
    "renewed": "Verifiers vouch for it anew.",
    "renewal": "The ledger refused its renewal.",
    "expiring": "Its attestations run out soon: ask for a renewal in time.",
    "expired": "Its attestations have run out: nothing new can be borrowed on it.",
    "revoke": "Two people decided to revoke what a verifier attested.",
    "revoked": "An attestation was revoked: nothing new can be borrowed on it.",
    "status": "The ledger changed the state of its token.",
    "freeze": "Two people ask governance to freeze its token.",
}
OWNER_KINDS = tuple(_SAID)
# What concerns those who vouched for it.
VERIFIER_KINDS = ("expiring", "expired", "revoke", "revoked")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to tell of one asset: the kind of change, the class in words, and where it is."""

    kind: str
    class_label: str
    asset_id: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail, ready to be sent."""

    subject: str
    body: str


def news(*, lines: Sequence[Line], stop_url: str) -> Letter:
    """Return the mail that tells what happened, one paragraph for each change."""
    first = lines[0]
    subject = (
        f"Ballast: {first.class_label} {first.asset_id}"
        if len(lines) == 1
        else (f"Ballast: {len(lines)} things happened")
    )
    told = [
        f"{one.class_label}, number {one.asset_id}: {_SAID[one.kind]}\n{one.url}" for one in lines
    ]
    return Letter(
        subject=subject, body="\n\n".join([*told, f"No more of these mails: {stop_url}"]) + "\n"
    )


def confirmation(*, wallet: str, confirm_url: str) -> Letter:
    """Return the mail that asks whether somebody wants news at all."""
    return Letter(
        subject="Ballast: do you want news here?",
        body=(
            f"Somebody who signed in with the wallet {wallet} asks for news at this address. If it "
            f"was you, confirm within three days:\n{confirm_url}\n\n"
            "If not, do nothing: no other mail follows.\n"
        ),
    )
