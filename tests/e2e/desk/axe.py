"""Accessibility of a page by axe-core: what it finds that keeps people out."""

import pytest

from config.paths import ROOT

SCRIPT = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


def serious_findings(page) -> list[str]:
    """Return rule, place and help of each serious finding on the page that is open."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is not installed: run make setup-dev")
    # Evaluated rather than added as a tag: the pages' policy allows scripts of their own only.
    page.evaluate(SCRIPT.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{one['id']} at {node['target']}: {node['failureSummary']} {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
