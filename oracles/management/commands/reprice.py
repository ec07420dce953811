"""Recompute a round from its published inputs and compare it with its published root."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oracles.documents import read_document
from oracles.domain.errors import OracleError
from oracles.domain.rounds import RoundResult, recompute
from oracles.models import Round, RoundStatus

_HASH = re.compile(r"0x[0-9a-fA-F]{64}")


class Command(BaseCommand):
    """Anybody's check of the reporters: the same inputs must give the signed root."""

    help = "Recompute a round from its snapshot and compare it with the published root."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--round", type=int, required=True, help="number of the round")
        parser.add_argument(
            "--snapshot", type=Path, help="a snapshot file of your own instead of the stored one"
        )
        parser.add_argument(
            "--root", help="with --snapshot: the root to compare with, as the chain shows it"
        )

    def handle(
        self, *, round: int, snapshot: Path | None, root: str | None, **options: Any
    ) -> None:
        if root and snapshot is None:
            raise CommandError("With --root, say by --snapshot which inputs are to give it.")
        published = Round(number=round, root=_hash(root)) if root else _published(round)
        content = _snapshot(published, snapshot)
        try:
            result = recompute(content)
        except OracleError as error:
            raise CommandError(f"{error} ({error.code})") from None
        differences = _differences(published, result)
        if differences:
            raise CommandError(
                f"Round {round} is not reproduced: {'; '.join(differences)}. Its reporters signed "
                "something that these inputs do not give."
            )
        self.stdout.write(
            f"Round {round} is reproduced: {result.count} values, root {published.root}."
        )


def _hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise CommandError(f"{text[:80]!r} is no root; a root is 0x and 64 hex digits.")
    return text.lower()


def _published(number: int) -> Round:
    found = Round.objects.exclude(status=RoundStatus.ABANDONED).filter(number=number).first()
    if found is None:
        raise CommandError(f"There is no round {number}.")
    return found


def _snapshot(published: Round, path: Path | None) -> bytes:
    if path is not None:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"The snapshot {path} cannot be read: {error.strerror}.") from None
    try:
        content = read_document(published.snapshot_hash)
    except OracleError as error:
        raise CommandError(f"{error} ({error.code})") from None
    if content is None:
        raise CommandError(
            f"The inputs of round {published.number} are not stored here. Fetch its snapshot and "
            "pass it with --snapshot."
        )
    return content


def _differences(published: Round, result: RoundResult) -> list[str]:
    pairs = (
        ("number", published.number, result.domain.number),
        ("observed_at", published.observed_at, result.observed_at),
        ("count", published.count, result.count),
        ("model set", published.model_set_hash, "0x" + result.model_set_hash.hex()),
        ("root", published.root, "0x" + result.root.hex()),
        ("content hash", published.content_hash, "0x" + result.content_hash.hex()),
    )
    return [
        f"{name} {theirs} but {ours} here"
        for name, theirs, ours in pairs
        if theirs != ours and theirs not in (None, "")
    ]
