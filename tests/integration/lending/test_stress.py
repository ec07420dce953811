"""The stress command on portfolios, on loans of the database, and on bad files."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from lending.models import Loan, StressRun
from lending.stress.books import genesis_terms
from tests.unit.oracles.sales.market import content

pytestmark = pytest.mark.django_db
HEADER = ("vin", "maker", "model", "year_built", "mileage_km", "price", "priced_on", "country")
CARS = [["4T1G11AK4NU512874", "Toyota", "Camry SE", 2022, 48_200, 20_000, "2026-01-03", "US"]]
CRASH = "day,car\n0,1\n30,0.3\n60,0.3\n"


@pytest.fixture
def files(tmp_path, settings):
    settings.DATA_ROOT = tmp_path / "data"
    (tmp_path / "car.csv").write_bytes(content(CARS, HEADER))
    (tmp_path / "crash.csv").write_text(CRASH)
    return tmp_path


def run(capsys, files, *options, scenario="crash.csv", portfolio="car.csv"):
    call_command(
        "stress",
        *("--scenario", str(files / scenario) if "." in scenario else scenario),
        *("--portfolio", str(files / portfolio) if "." in portfolio else portfolio),
        *options,
    )
    return capsys.readouterr().out


def test_a_crash_of_a_file_s_cars_is_reported_as_json(capsys, files):
    told = json.loads(run(capsys, files, "--json", "--bid", "6000"))

    terms = genesis_terms()[2]
    # One appraisal: 15 % thin haircut, then the class's opening LTV.
    assert told["debt"] == str(17_000_000_000 * terms.max_ltv_bps // 10_000)
    assert (told["loans"], told["margin_calls"], told["liquidations"]) == (1, 1, 1)
    lost = int(told["junior_loss"]) + int(told["senior_loss"])
    assert lost == int(told["written_off"])
    assert 0 < told["recovery"] <= 1


def test_the_text_names_losses_by_tranche_and_the_chart_is_a_picture(capsys, files):
    chart = files / "chart.png"

    told = run(capsys, files, "--chart", str(chart))

    assert "loss of junior" in told
    assert "loss of senior" in told
    assert chart.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("scenario", ["fhfa-2007", "gpu-generation", "lrt-depeg"])
def test_the_own_portfolio_goes_through_every_scenario(capsys, files, scenario):
    told = json.loads(
        run(capsys, files, "--json", "--every", "168", scenario=scenario, portfolio="own")
    )

    assert told["scenario"] == scenario
    assert told["loans"] > 50
    assert told["margin_calls"] >= told["liquidations"]


def test_without_loans_the_database_is_refused_with_what_to_do(capsys, files, story, clocked):
    with pytest.raises(CommandError, match="use --portfolio PATH"):
        run(capsys, files, portfolio="database")


def test_the_loans_of_the_database_are_driven_from_the_values_of_the_newest_round(
    capsys, files, story, clocked
):
    loan = Loan.objects.get(pk=story.open())

    told = json.loads(run(capsys, files, "--json", portfolio="database"))

    assert told["loans"] == 1
    assert told["debt"] == str(loan.state.debt_up(story.now))
    assert told["margin_calls"] == told["liquidations"] == 1


@pytest.fixture
def clocked(monkeypatch, story):
    """The chain's time is the story's."""
    monkeypatch.setattr("lending.management.commands.stress.chain_time", lambda: story.now)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--draw", "0"], "--draw is 0"),
        (["--draw", "10001"], "--draw is 10001"),
        (["--bid", "-1"], "--bid is -1"),
        (["--cures", "-1"], "--cures is -1"),
        (["--every", "0"], "--every is 0"),
    ],
)
def test_a_number_out_of_range_is_refused(capsys, files, options, words):
    with pytest.raises(CommandError, match=words):
        run(capsys, files, *options)


def test_a_bad_scenario_or_portfolio_gets_one_sentence(capsys, files):
    (files / "bad.csv").write_text("day,car\n0,1\n1,-1\n")

    with pytest.raises(CommandError, match="a level is above 0"):
        run(capsys, files, scenario="bad.csv")
    with pytest.raises(CommandError, match="neither a scenario"):
        run(capsys, files, scenario="nowhere")
    with pytest.raises(CommandError, match="There is no directory"):
        run(capsys, files, portfolio="gone.csv")
    with pytest.raises(CommandError, match="No ready mapping fits"):
        run(capsys, files, portfolio="crash.csv")


def test_a_run_is_kept_with_its_figures_and_the_same_again_replaces_it(capsys, files):
    told = [json.loads(run(capsys, files, "--json", "--bid", "6000")) for _ in range(2)]

    kept = StressRun.objects.get()
    assert (kept.scenario, kept.loans, kept.margin_calls) == ("crash", 1, 1)
    assert str(kept.junior_loss + kept.senior_loss) == told[1]["written_off"]
    assert kept.options["bid"] == 6_000


def test_other_options_are_another_run(capsys, files):
    for bid in ("6000", "7000"):
        run(capsys, files, "--json", "--bid", bid)

    assert StressRun.objects.count() == 2


def test_the_admin_shows_the_run_with_its_chart(admin_client, capsys, files, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    run(capsys, files, "--json")
    kept = StressRun.objects.get()

    listed = admin_client.get(reverse("admin:lending_stressrun_changelist"))
    shown = admin_client.get(reverse("admin:lending_stressrun_change", args=[kept.pk]))
    chart = admin_client.get(reverse("admin:lending_stressrun_chart", args=[kept.pk]))

    assert "crash" in listed.content.decode()
    assert reverse("admin:lending_stressrun_chart", args=[kept.pk]) in shown.content.decode()
    assert chart.content.startswith(b"\x89PNG")
