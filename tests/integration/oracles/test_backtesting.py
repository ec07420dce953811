"""The commands that learn from files of sales, and what they keep."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from oracles.models import Backtest
from tests.unit.oracles.sales.market import MAP, content, houses

# Learning takes longer on a busy machine than a transaction may stay idle.
pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def sales_file(tmp_path, settings):
    settings.DATA_ROOT = tmp_path / "data"
    path = tmp_path / "houses.csv"
    path.write_bytes(content(houses(60)))
    return path


def run(capsys, path, *options, mapping=MAP):
    call_command(
        "backtest", "--class", "real_estate", "--csv", str(path), "--map", mapping, *options
    )
    return capsys.readouterr().out


def test_json_holds_exactly_the_figures(capsys, sales_file):
    figures = json.loads(run(capsys, sales_file, "--json"))

    assert list(figures) == ["rows", "mdape", "p90", "baseline_mdape", "coverage", "bound_share"]
    assert figures["rows"] == 60


def test_the_run_is_stored_with_its_chart_and_running_again_changes_nothing(capsys, sales_file):
    first, again = (run(capsys, sales_file, "--json") for _ in range(2))

    stored = Backtest.objects.get()
    assert first == again
    assert stored.file_name == "houses.csv"
    assert "floor_area=Size:m2" in stored.mapping
    assert bytes(stored.chart).startswith(PNG)


def test_the_text_says_how_the_file_was_split_and_where_the_chart_is(capsys, sales_file, tmp_path):
    chart = tmp_path / "deep" / "chart.png"

    told = run(capsys, sales_file, "--chart", str(chart))

    assert "no days to go by: 5 folds" in told
    assert "median error, naive" in told
    assert chart.read_bytes().startswith(PNG)


def test_refused_rows_are_listed(capsys, sales_file):
    rows = houses(60)
    rows[7][0] = "0"
    sales_file.write_bytes(content(rows))

    assert "line 9: ZERO_PRICE" in run(capsys, sales_file)


@pytest.mark.parametrize(
    ("given", "mapping", "words"),
    [
        (content(houses(19)), MAP, "at least 20 are needed"),
        (content(houses(30)), "floor_area=Size:m2", "map them with"),
        (content([["5", *row[1:]] for row in houses(30)]), MAP, "All prices are equal"),
        (content(houses(30)) + b"\xff", MAP, "not UTF-8"),
        (b"", MAP, "is empty"),
        (content(houses(30)), "price=Cost", "no column 'Cost'"),
    ],
    ids=["too few", "no price", "all equal", "wrong encoding", "empty", "no such column"],
)
def test_a_bad_file_gets_one_sentence_and_leaves_nothing(capsys, sales_file, given, mapping, words):
    sales_file.write_bytes(given)

    with pytest.raises(CommandError, match=words) as refused:
        run(capsys, sales_file, "--json", mapping=mapping)

    assert "\n" not in str(refused.value)
    assert Backtest.objects.count() == 0
    assert capsys.readouterr().out == ""


def test_the_admin_shows_the_run_and_its_chart(admin_client, capsys, sales_file, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    run(capsys, sales_file)
    stored = Backtest.objects.get()

    listed = admin_client.get(reverse("admin:oracles_backtest_changelist")).content.decode()
    detail = admin_client.get(reverse("admin:oracles_backtest_change", args=[stored.pk]))
    chart = admin_client.get(reverse("admin:oracles_backtest_chart", args=[stored.pk]))

    assert "houses.csv" in listed
    assert reverse("admin:oracles_backtest_chart", args=[stored.pk]) in detail.content.decode()
    assert chart["Content-Type"] == "image/png"
    assert chart.content.startswith(PNG)


def test_the_chart_is_for_staff_only(client, capsys, sales_file):
    run(capsys, sales_file)

    answer = client.get(reverse("admin:oracles_backtest_chart", args=[Backtest.objects.get().pk]))

    assert answer.status_code == 302
