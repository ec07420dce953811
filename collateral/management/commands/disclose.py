"""Write one field or document of an asset with its salt and proof, for whoever asked for it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collateral import services
from collateral.errors import REFUSALS


class Command(BaseCommand):
    """Show one thing about an asset and nothing else; `verify.html` checks it against the chain."""

    help = __doc__
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("asset", type=int, help="number of the asset")
        parser.add_argument("field", help="such as attributes.mileage_m, or a document's name")
        parser.add_argument("--output", metavar="F", help="where to write it (the terminal)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shown = services.disclose(asset_id=options["asset"], field=options["field"])
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        text = json.dumps(shown, indent=1, ensure_ascii=False)
        if options["output"] is None:
            self.stdout.write(text)
            return
        try:
            Path(options["output"]).write_text(text + "\n")
        except OSError as error:
            raise CommandError(
                f"{options['output']} cannot be written: {error.strerror}."
            ) from error
        self.stdout.write(f"Wrote {options['output']}: {options['field']} and its proof.")
