"""The portal in a real browser: it updates itself, fits a phone, and reads without scripts."""

import pytest

from settlement.models import Block
from tests.e2e.desk.axe import serious_findings
from tests.integration.portal import world

pytestmark = pytest.mark.django_db(transaction=True)

UPDATE_MS = 30_000


def addresses(loans):
    return [
        "/",
        "/loans/",
        f"/loans/{loans['called'].pk}/",
        "/assets/",
        "/assets/1/",
        "/auctions/",
        f"/loans/{loans['steady'].pk}/act/",
        f"/loans/{loans['called'].pk}/act/",
        f"/loans/{loans['called'].pk}/new-terms/",
        f"/auctions/{loans['auctioned'].pk}/",
        f"/auctions/{loans['auctioned'].pk}/buy/",
        "/governance/",
        "/pool/",
        "/status/",
        "/nowhere/",
    ]


def test_home_updates_itself_without_a_reload(open_page):
    world.make_small_world()
    page = open_page("/")
    page.evaluate("window.loadedOnce = true")

    world.make_loan(9, [world.make_asset(99)], principal=50_000)

    page.get_by_text("6 loans are open").wait_for(timeout=UPDATE_MS)
    assert page.evaluate("window.loadedOnce") is True
    assert page.complaints == []


def test_an_open_fold_and_the_focus_survive_an_update(open_page):
    world.make_small_world()
    page = open_page("/")
    page.locator("summary").first.click()
    page.locator("a", has_text="All assets").focus()

    Block.objects.create(
        number=1_205, hash=world.digest("next"), parent_hash="0x", timestamp=world.NOW + 1
    )

    page.get_by_text("block 1205").wait_for(timeout=UPDATE_MS)
    assert page.locator("details[open]").count() == 1
    assert page.evaluate("document.activeElement.textContent") == "All assets"


def test_a_silent_server_is_said_on_the_page(open_page):
    world.make_small_world()
    page = open_page("/")

    page.context.set_offline(True)

    page.get_by_text("Not updating.").wait_for(timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_phone(open_page, scheme):
    loans = world.make_small_world()

    for address in addresses(loans):
        page = open_page(address, width=360, scheme=scheme)
        spare = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

        assert spare <= 0, address
        assert [said for said in page.complaints if "404" not in said] == [], address


def test_every_page_answers_above_the_fold_on_a_phone(open_page):
    loans = world.make_small_world()

    for address in addresses(loans)[:3]:
        page = open_page(address, width=360)
        bottom = page.locator(".verdict .said, .filters, .figures").first.bounding_box()

        assert bottom["y"] + bottom["height"] <= 800, address


def test_home_reads_without_scripts(open_page):
    world.make_small_world()

    page = open_page("/", scripts=False)

    assert page.get_by_text("5 loans are open").is_visible()
    assert page.locator(".gauge svg").first.is_visible()
    assert not page.get_by_role("button", name="Copy").first.is_visible()


def test_each_page_has_one_heading_and_names_its_regions(open_page):
    loans = world.make_small_world()

    for address in addresses(loans):
        page = open_page(address)

        assert page.locator("h1").count() == 1, address
        assert page.locator("svg[role=img]:not([aria-label])").count() == 0, address
        assert page.locator("th:not([scope])").count() == 0, address
        assert page.locator("table:not(:has(caption, thead))").count() == 0, address


@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_keeps_anybody_out(open_page, width):
    loans = world.make_small_world()

    for address in addresses(loans):
        assert serious_findings(open_page(address, width=width)) == [], address


def test_a_form_without_scripts_shows_what_the_wallet_would_send(open_page):
    loans = world.make_small_world()
    page = open_page(f"/loans/{loans['steady'].pk}/act/", scripts=False)

    page.get_by_role("button", name="Set money aside").scroll_into_view_if_needed()
    form = page.locator("form", has=page.get_by_role("button", name="Set money aside"))
    form.get_by_label("Amount").fill("250")
    form.get_by_role("button").click()

    page.get_by_text("Your wallet sets $250.00 aside with this loan.").wait_for()
    page.get_by_text("Details: 2 transactions").click()
    assert page.locator("details[open] pre").count() == 2
