"""One declaration makes a class: forms, the admin, the API and the import know it at once."""

import json
import os
import subprocess
import sys

import pytest

from collateral.domain.classes import CLASSES
from collateral.domain.classes.description import classes_page
from config.paths import ROOT


@pytest.fixture(scope="module")
def shown():
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.collateral.new_class"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_forms_and_the_admin_s_filter_offer_it(shown):
    assert "Tram" in shown["form"]
    assert "Tram" in shown["admin"]


def test_the_api_describes_it(shown):
    api = shown["api"]

    assert (api["code"], api["roles"]) == ("tram", ["appraisal", "inspection"])
    assert api["checklist"] == {"appraisal": ["It runs on this gauge."]}
    assert api["fields"][-1]["name"] == "axles"


def test_the_import_takes_its_fields(shown):
    assert "axles" in shown["import"]
    assert "serial, record" in shown["import"]


def test_every_class_and_each_of_its_schemes_is_in_the_documentation():
    text = (ROOT / "docs" / "classes.md").read_text()

    rows = [f"| {one.id} | `{one.code}` | {one.label} |" for one in CLASSES]

    assert [row for row in rows if row not in text] == []


def test_the_documentation_is_what_the_table_says():
    assert (ROOT / "docs" / "classes.md").read_text() == classes_page()
