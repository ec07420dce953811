"""Keeping what came of stress runs."""

import hashlib
import json
from collections.abc import Mapping

from lending.domain.stress import Outcome
from lending.models import StressRun
from lending.stress.scenarios import Scenario


def store_stress_run(
    *,
    scenario: Scenario,
    portfolio: str,
    options: Mapping[str, int | None],
    found: Outcome,
    chart: bytes,
) -> StressRun:
    """Store a run; one of the same paths, portfolio and options takes the place of the last."""
    tally = found.tally
    stored, _ = StressRun.objects.update_or_create(
        run_hash=_run_hash(scenario, portfolio, options),
        defaults={
            "scenario": scenario.name[:100],
            "portfolio": portfolio[-200:],
            "options": dict(options),
            "loans": found.loans,
            "rounds": len(found.moments),
            "debt": found.debt,
            "margin_calls": tally.calls,
            "cures": tally.cures,
            "liquidations": tally.liquidations,
            "proceeds": tally.proceeds,
            "recovery_bps": found.recovery_bps,
            "written_off": tally.written_off,
            "junior_loss": found.junior_loss,
            "senior_loss": found.senior_loss,
            "reserve_loss": max(0, tally.reserve_paid - tally.reserve_worth),
            "chart": chart,
        },
    )
    return stored


def _run_hash(scenario: Scenario, portfolio: str, options: Mapping[str, int | None]) -> str:
    run = {
        "scenario": scenario.name,
        "paths": {name: list(points) for name, points in scenario.paths.series.items()},
        "portfolio": portfolio,
        "options": dict(options),
    }
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()
