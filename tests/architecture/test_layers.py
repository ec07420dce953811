"""The import direction, and domains that know no framework."""

import subprocess

from config.paths import ROOT
from tests.architecture.source import Module, modules

APPS = ("contracts", "settlement", "collateral", "oracles", "lending", "governance", "portal")
FORBIDDEN_IN_DOMAINS = {
    "celery",
    "django",
    "eth_account",
    "os",
    "psycopg",
    "random",
    "redis",
    "requests",
    "socket",
    "subprocess",
    "time",
    "urllib",
    "web3",
}
CHAIN_LIBRARIES = {"web3", "eth_account"}
DOMAIN_MODULES = [module for module in modules(*APPS) if "domain" in module.path.parts]
OUTSIDE_THE_ADAPTER = [
    module for module in modules() if not module.name.startswith(("contracts/", "scripts/"))
]


def roots(module: Module) -> set[str]:
    """Return the top-level names that a module imports."""
    return {name.split(".")[0] for name in module.imports()}


def test_a_domain_is_plain_python() -> None:
    frameworks = {module.name: roots(module) & FORBIDDEN_IN_DOMAINS for module in DOMAIN_MODULES}

    assert {name: found for name, found in frameworks.items() if found} == {}


def test_only_the_chain_adapter_knows_the_chain_libraries() -> None:
    found = [module.name for module in OUTSIDE_THE_ADAPTER if roots(module) & CHAIN_LIBRARIES]

    assert found == []


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_every_app_has_a_domain_or_serves_pages() -> None:
    with_domain = {module.name.split("/")[0] for module in DOMAIN_MODULES}

    assert {"contracts", "settlement", "collateral", "oracles", "lending"} <= with_domain
