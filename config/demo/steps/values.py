"""Rounds of values: the market speaks, reporters recompute and sign, the round is published."""

from django.db.models import QuerySet

from collateral.models import Asset
from config.demo.stage import Stage
from config.demo.steps import markets
from config.demo.waiting import DemoFailure, wait_until
from oracles.chain import oracle_terms
from oracles.domain.rounds import recompute
from oracles.models import Round, RoundStatus
from oracles.selectors import newest_round, snapshot
from oracles.services import open_round, publish_round, round_message, submit_round_signature

FIRST_ROUND_DAY = 0
SIGNERS = 5
SALT_OF_SIGNERS = 7


def first_round(stage: Stage) -> None:
    """Let the markets speak for the first time and value everything."""
    hold_round(stage, stage.day(FIRST_ROUND_DAY), observe=markets.open_markets)


def hold_round(stage: Stage, moment: int, *, observe: markets.Observe = markets.stay_calm) -> Round:
    """Move to a moment and publish a round there, unless one was published since."""
    stage.clock.advance_to(moment)
    newest = newest_round()
    if newest is not None and (newest.published_at or 0) >= moment:
        return newest
    if newest is not None:
        stage.clock.advance_to((newest.published_at or 0) + oracle_terms().min_interval_s)
    now = stage.clock.now()
    observe(stage, now)
    markets.quote_restaking(stage, now)
    opened = open_round(observed_at=now)
    _sign(stage, opened)
    publish_round(round=opened)
    wait_until(
        what=f"round {opened.number} to be published",
        done=lambda: Round.objects.get(pk=opened.pk).status == RoundStatus.PUBLISHED,
    )
    return opened


def _sign(stage: Stage, opened: Round) -> None:
    """Five of the seven reporters recompute the round; each signs its own root only."""
    content = snapshot(round=opened)
    message = round_message(round=opened)
    first = opened.number * SALT_OF_SIGNERS
    for offset in range(SIGNERS):
        reporter = stage.cast.reporters[(first + offset) % len(stage.cast.reporters)]
        own = recompute(content)
        if "0x" + own.root.hex() != opened.root:
            raise DemoFailure(f"A reporter computed another root for {opened}.")
        signature = reporter.sign_typed_data(message)
        submit_round_signature(round=opened, signature=signature, root=own.root)


def valued_assets() -> QuerySet[Asset]:
    """Return the assets that can secure a loan, owners beside them."""
    return (
        Asset.objects.filter(token_id__isnull=False, appraisal_cap_units__gt=0)
        .select_related("owner")
        .order_by("owner_id", "pk")
    )
