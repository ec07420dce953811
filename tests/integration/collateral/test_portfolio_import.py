"""The importer: the project's own files, idempotency, and a command that never half-writes."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collateral import services
from collateral.domain.portfolio import FileRefused
from collateral.models import Asset, LrtHolding, VerificationRequest
from tests.integration.collateral.conftest import OTHER_OWNER, OWNER, TODAY

pytestmark = pytest.mark.django_db
HOUSES = "price=Price,address=Address"


@pytest.fixture
def houses(tmp_path):
    return write(tmp_path, "Address,Price\n1 Elm St,214500\n2 Elm St,28.500\n3 Elm St,99000\n")


def write(folder, text, name="houses.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def run(*arguments, **options):
    out = StringIO()
    call_command("import_portfolio", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def import_own(owners=(OWNER,)):
    plan = services.plan_portfolio(directory=services.PORTFOLIO_DIR)
    return [
        services.import_portfolio(
            path=one.path, mapping=one.ready.mapping, as_of=TODAY, owner_addresses=owners
        )
        for one in plan
    ]


def test_every_file_of_the_own_portfolio_has_its_mapping():
    plan = services.plan_portfolio(directory=services.PORTFOLIO_DIR)

    found = {one.path.stem: one.ready.mapping.asset_class.code for one in plan}

    assert len(found) == 14
    assert all(stem == code for stem, code in found.items())


def test_the_own_portfolio_is_taken_whole():
    reports = import_own()

    assert sum(len(one.refused) for one in reports) == 0
    assert Asset.objects.count() == 62
    assert set(Asset.objects.values_list("class_id", flat=True)) == set(range(1, 14))
    assert LrtHolding.objects.count() == 4
    assert not Asset.objects.filter(scheme="record").exists()


def test_importing_again_changes_nothing():
    import_own()
    before = list(Asset.objects.order_by("pk").values())

    again = import_own()

    assert sum(one.registered for one in again) == 0
    assert sum(one.unchanged for one in again) == 66
    assert list(Asset.objects.order_by("pk").values()) == before


def test_rows_go_to_the_owners_in_turn_and_wait_for_verifiers():
    import_own(owners=(OWNER, OTHER_OWNER))

    owned = [Asset.objects.filter(owner__address=one).count() for one in (OWNER, OTHER_OWNER)]

    assert sum(owned) == 62
    assert min(owned) > 20
    assert not Asset.objects.exclude(status="submitted").exists()
    assert VerificationRequest.objects.filter(status="open").count() >= 124


def test_without_an_owner_rows_stay_drafts_until_someone_claims_them(houses):
    run(houses, "--class", "real_estate", "--map", HOUSES)
    ids = list(Asset.objects.values_list("pk", flat=True))

    given = services.assign_owner(asset_ids=ids, owner_address=OWNER)
    submitted = services.submit_assets(asset_ids=ids)

    assert given == submitted == 2


def test_the_command_reports_bad_rows_and_keeps_good_ones(houses):
    out = run(houses, "--class", "real_estate", "--map", HOUSES)

    assert "3 rows as real_estate: 2 registered, 0 unchanged, 1 refused" in out
    assert "line 3: AMBIGUOUS_NUMBER" in out
    assert Asset.objects.count() == 2


def test_the_command_run_twice_changes_nothing(houses):
    run(houses, "--class", "real_estate", "--map", HOUSES)

    out = run(houses, "--class", "real_estate", "--map", HOUSES)

    assert "0 registered, 2 unchanged, 1 refused" in out
    assert Asset.objects.count() == 2


def test_a_changed_record_is_reported_and_the_asset_left_alone(houses):
    run(houses, "--class", "real_estate", "--map", HOUSES)
    houses.write_text("Address,Price\n1 Elm St,999999\n")

    with pytest.raises(CommandError, match="No row"):
        run(houses, "--class", "real_estate", "--map", HOUSES)

    prices = set(Asset.objects.values_list("price_units", flat=True))
    assert prices == {214_500_000_000, 99_000_000_000}


def test_a_thing_known_from_elsewhere_is_refused(car, tmp_path):
    path = write(tmp_path, "vin,price\n1M8GDM9AXKP042788,9000\n1G4AH59H45G118341,1\n", "cars.csv")

    out = run(path, "--class", "car", "--map", "vin=vin,price=price")

    assert "DUPLICATE_ANCHOR" in out
    assert Asset.objects.count() == 2


def test_the_report_is_json_when_asked(houses):
    report = json.loads(run(houses, "--class", "real_estate", "--map", HOUSES, "--json"))

    assert report["registered"] == 2
    assert report["refused"][0]["line"] == 3
    assert report["refused"][0]["code"] == "AMBIGUOUS_NUMBER"


def test_the_fields_of_a_class_are_listed():
    out = run("--fields", "--class", "car")

    assert "price" in out
    assert "kUSD" in out
    assert "Identified by, best first: vin, chassis, serial, record" in out


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("Calle Nu\xf1ez,1\n".encode("latin-1"), ("--map", HOUSES), "not UTF-8"),
        (b"Address,Cost\nElm,1\n", ("--map", HOUSES), "no column 'Price'"),
        (b"AK,1975,1,61.56\n", ("--map", HOUSES), "not a portfolio"),
        (b"Address,Price\n1 Elm,-5\n", ("--map", HOUSES), "No row of houses.csv"),
        (b"Address,Price\n1 Elm,5\n", ("--map", "cost=Price"), "no field 'cost'"),
        (b"Address,Price\n1 Elm,5\n", ("--mapping", "nowhere"), "no mapping 'nowhere'"),
        (b"Address,Price\n1 Elm,5\n", (), "No ready mapping fits"),
        (b"Address,Price\n1 Elm,5\n", ("--map", HOUSES, "--owner", "0x1"), "not an account"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(tmp_path, content, arguments, sentence):
    path = write(tmp_path, content)

    with pytest.raises(CommandError) as refusal:
        run(path, "--class", "real_estate", *arguments)

    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert Asset.objects.count() == 0


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.csv", "--class", "car", "--map", "price=Price")


def test_a_directory_without_files_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no CSV file"):
        services.plan_portfolio(directory=tmp_path)


def test_a_directory_is_planned_file_by_file(tmp_path):
    write(tmp_path, "AK,1975,1,61.56\n", "index.csv")
    write(tmp_path, "a,b\nx,y\n", "odd.csv")
    header = Path(services.PORTFOLIO_DIR / "car.csv").read_text()
    write(tmp_path, header, "truck.csv")

    plan = {one.path.name: one for one in services.plan_portfolio(directory=tmp_path)}

    assert "not a portfolio" in plan["index.csv"].refusal
    assert "No ready mapping" in plan["odd.csv"].refusal
    assert plan["truck.csv"].ready.mapping.asset_class.code == "truck"


def test_holdings_without_a_holder_are_refused(tmp_path):
    path = write(tmp_path, "symbol,amount\ntrETH,1\n", "lrt.csv")

    with pytest.raises(CommandError, match="No row"):
        run(path, "--mapping", "own_lrt")

    assert LrtHolding.objects.count() == 0


def test_five_thousand_rows_are_one_quick_transaction(tmp_path, django_assert_max_num_queries):
    rows = "".join(f"MODEL {number},{number + 100}\n" for number in range(5_000))
    path = write(tmp_path, "Name,Paco\n" + rows, "inverters.csv")

    with django_assert_max_num_queries(60):
        out = run(
            path, "--class", "energy", "--map", "listed_as=Name,nameplate=Paco:W", "--owner", OWNER
        )

    assert "5000 registered" in out
    assert "5000 without a price" in out
