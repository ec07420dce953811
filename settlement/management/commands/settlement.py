"""Look into settlement from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from settlement.explaining import explain
from settlement.models import Batch


class Command(BaseCommand):
    """`settlement explain BATCH`: why it went when it went, and on whom it waited."""

    help = __doc__
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        questions = parser.add_subparsers(dest="question", required=True)
        one = questions.add_parser("explain", help="why a batch waited and on whom")
        one.add_argument("batch", type=int, help="its number, as the admin shows it")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        found = Batch.objects.filter(pk=batch).first()
        if found is None:
            newest = Batch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            raise CommandError(f"There is no batch {batch}; the newest is {newest}.")
        for line in explain(found):
            self.stdout.write(line)
