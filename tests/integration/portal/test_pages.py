"""The pages show what the database holds, whole and as fragments."""

import pytest
from django.db import OperationalError

from collateral.models import Asset
from lending.domain.loans import Status
from tests.integration.portal import world

pytestmark = pytest.mark.django_db

EMPTY_PAGES = ("/", "/loans/", "/loans.csv", "/assets/", "/auctions/", "/pool/", "/status/")


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize("address", EMPTY_PAGES)
def test_every_page_opens_on_an_empty_database(client, address):
    response = client.get(address)

    assert response.status_code == 200


def test_empty_home_says_the_first_steps(client):
    text = page(client, "/")

    assert "Nothing has been read from the ledger yet." in text
    assert "No loan is open." in text
    assert "No asset has a value yet." in text


def test_home_tells_how_the_loans_stand(client):
    world.make_small_world()

    text = page(client, "/")

    assert "5 loans are open: 2 steady, 1 on watch and 2 called." in text
    assert "$737,820 is owed against $1,160,640 of collateral." in text


def test_home_shows_assets_pool_lots_and_lanes(client):
    world.make_small_world()

    text = page(client, "/")

    assert "Properties" in text
    assert "$219,429" in text  # the price three days into a fall of seven
    assert "$8,204" in text  # junior's loss
    assert "Lane 3" in text


def test_home_fragment_has_no_frame(client):
    world.make_small_world()

    response = client.get("/", headers={"HX-Request": "true"})

    assert b"<html" not in response.content
    assert b"Loans and their health" in response.content
    assert "HX-Request" in response["Vary"]


def test_a_reader_that_lags_is_told_on_the_page(client):
    world.make_chain(behind=33)

    text = page(client, "/")

    assert "reader 33 blocks behind" in text


def test_a_small_lag_raises_no_banner(client):
    world.make_chain(behind=3)

    text = page(client, "/")

    assert "out of date" not in text


def test_loan_page_shows_terms_schedule_and_history(client):
    loan = world.make_small_world()["called"]

    text = page(client, f"/loans/{loan.pk}/")

    assert "Loan 3-4" in text
    assert "because its collateral is worth too little" in text
    assert "Time left to cure: <span" in text
    assert "6.2% a year" in text
    assert text.count("No longer due") == 11


def test_loan_page_names_the_value_below_which_it_is_called(client):
    loan = world.make_small_world()["steady"]

    text = page(client, f"/loans/{loan.pk}/")

    assert "Called if the collateral is valued below $171,865" in text


def test_basket_of_a_loan_is_put_in_words(client):
    loan = world.make_small_world()["basket"]

    text = page(client, "/loans/")

    assert "1 car and 5 restaking tokens" in text
    assert f'href="/loans/{loan.pk}/"' in text


def test_loans_are_filtered_by_state(client):
    world.make_small_world()

    text = page(client, "/loans/?state=called")

    assert "3-4" in text
    assert "3-2<" not in text


def test_an_unknown_page_number_gives_the_last_page(client):
    world.make_small_world()

    text = page(client, "/loans/?page=99999999999999999999")

    assert "3-4" in text


def test_loans_can_be_exported(client):
    world.make_small_world()

    rows = client.get("/loans.csv").content.decode().splitlines()

    assert rows[0].startswith("loan_id,name,borrower")
    assert len(rows) == 7


def test_asset_page_shows_vouchers_values_and_evidence(client):
    world.make_small_world()

    text = page(client, "/assets/1/")

    assert "Property, 120 m²" in text
    assert "Calder Valuers" in text
    assert "Deed" in text
    assert "Values as a table" in text
    assert "pledged for loan 3-1" in text


def test_asset_pages_keep_identifiers_private(client):
    world.make_small_world()

    text = page(client, "/assets/7/") + page(client, "/assets/1/") + page(client, "/assets/")

    assert "Toyota Camry SE" in text
    assert "S3CR3T" not in text
    assert "secret-" not in text


def test_auction_page_shows_the_price_now(client):
    loan = world.make_small_world()["auctioned"]

    text = page(client, f"/auctions/{loan.pk}/")

    assert "now $219,429" in text
    assert "Falls by $785.71 an hour to its floor of $144,000" in text


def test_past_sales_stay_on_the_auctions_page(client):
    world.make_small_world()

    text = page(client, "/auctions/")

    assert "$201,500" in text


def test_status_page_names_what_is_late(client):
    world.make_small_world()

    text = page(client, "/status/")

    assert "Round 8 is 0 s old." in text
    assert "48 operations" in text


@pytest.mark.parametrize(
    "address", ["/loans/999/", "/assets/12345/", "/auctions/7/", f"/assets/{'9' * 90}/", "/nope/"]
)
def test_what_does_not_exist_gets_the_designed_page(client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "There is no page at this address" in response.content.decode()


def test_a_lost_database_gets_the_designed_page(client, monkeypatch):
    def fail():
        raise OperationalError("gone")

    monkeypatch.setattr("portal.selectors.home.read_stamp", fail)

    response = client.get("/")

    assert response.status_code == 503
    assert "cannot be read just now" in response.content.decode()


def test_pages_allow_only_scripts_of_their_own(client):
    response = client.get("/pool/")

    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert b"style=" not in response.content
    assert b"onclick" not in response.content


@pytest.mark.parametrize("address", EMPTY_PAGES)
def test_pages_only_answer_reads(client, address):
    response = client.post(address)

    assert response.status_code == 405


def test_asset_page_says_why_it_is_worth_that(client):
    world.make_small_world()
    world.make_observation(Asset.objects.get(token_id=1), value=295_000)

    text = page(client, "/assets/1/")

    assert "Why it is worth that" in text
    assert "$295,000" in text


def test_assets_are_filtered_by_class(client):
    world.make_small_world()

    text = page(client, "/assets/?class=car")

    assert "Toyota Camry SE" in text
    assert "SMA Sunny" not in text


def test_running_auctions_are_counted_even_when_not_all_are_shown(client):
    world.make_small_world()
    for number in range(20, 28):
        house = world.make_asset(number)
        loan = world.make_loan(number, [house], status=Status.AUCTIONED)
        world.make_lot(loan, house)

    text = page(client, "/")

    assert "<dt>Auctions</dt><dd>9</dd>" in text
    assert text.count("now $219,429</text>") == 6
