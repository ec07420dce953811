"""A house from its owner's form to the token in its owner's portal, in real browsers."""

import pytest

from collateral import services
from collateral.domain.classes import Role
from collateral.models import (
    Asset,
    AssetStatus,
    Attestation,
    JointDecision,
    VerificationRequest,
    Verifier,
)
from tests.e2e.desk.axe import serious_findings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chain]
HOUSE = {
    "fips": "06037",
    "apn": "5077-028-025",
    "country": "US",
    "address": "1 Elm Street",
    "price": "231400",
}
QUEUE = "/admin/collateral/verificationrequest/"


def accessible(page):
    assert serious_findings(page) == [], page.url
    assert page.complaints == []


def sign_in(page):
    page.goto(f"{page.base}/mine/")
    accessible(page)
    page.get_by_role("button", name="Sign in with Test Wallet").click()
    page.get_by_role("heading", name="My assets").wait_for()


def register(page, files):
    """Register the house through the pages, and hand it in with its documents."""
    page.get_by_role("link", name="Register a thing").click()
    accessible(page)
    page.get_by_role("link", name="Real estate").click()
    for name, value in HOUSE.items():
        page.fill(f"[name={name}]", value)
    page.get_by_text("is well formed").wait_for()
    accessible(page)
    page.get_by_role("button", name="Register it").click()
    page.set_input_files("#files", files)
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#evidence tbody tr").nth(len(files) - 1).wait_for()
    accessible(page)
    page.get_by_role("button", name="Hand it to the verifiers").click()
    page.get_by_text("With verifiers").first.wait_for()
    accessible(page)


def attest(page, role, value=""):
    """Find the request in the queue, check it, and sign it with the wallet."""
    page.goto(f"{page.base}{QUEUE}?status__exact=open&role__exact={int(role)}")
    accessible(page)
    page.get_by_role("link", name="1 Elm Street").first.click()
    page.get_by_role("button", name="Take this request").click()
    page.get_by_text("The request is yours").wait_for()
    for box in page.locator("input[name=points]").all():
        box.check()
    if value:
        page.fill("#value", value)
    page.get_by_role("button", name="Prepare the statement").click()
    page.get_by_role("heading", name="What you will sign").wait_for()
    accessible(page)
    page.get_by_role("button", name="Sign with Test Wallet").click()
    page.get_by_text("Your attestation is kept").wait_for()


@pytest.fixture
def minted(person, registry, house_files):
    """The owner's page and the verifiers' after the house has its token."""
    owner = person(registry.owner)
    sign_in(owner)
    register(owner, house_files)
    firms = [person(key, login=f"firm{number}") for number, key in enumerate(registry.wallets)]
    attest(firms[0], Role.TITLE)
    attest(firms[1], Role.APPRAISAL, value="228,500.00")
    attest(firms[2], Role.INSPECTION)
    services.queue_verified()
    registry.run()
    return owner, firms


def test_a_house_comes_to_its_token_and_two_people_revoke_it(minted, registry, person):
    owner, firms = minted
    house = Asset.objects.get()
    on_chain = registry.chain.call("AssetRegistry", "assetOf", house.token_id)
    holder = registry.chain.call("AssetRegistry", "ownerOf", house.token_id)

    assert (house.status, holder) == (AssetStatus.MINTED, registry.owner.address)
    assert on_chain["appraisalCap"] == 228_500_000_000
    owner.goto(f"{owner.base}/mine/")
    assert owner.get_by_text("Yours, free").is_visible()
    accessible(owner)
    for address in ("/verifiers/", f"/verifiers/{house.requests.first().claimed_by_id}/"):
        owner.goto(owner.base + address)
        accessible(owner)

    title = Attestation.objects.get(request__role=Role.TITLE)
    decision = propose(firms[0], title)
    confirm(person, registry, decision)
    revoke(firms[0], registry, decision)

    owner.goto(f"{owner.base}/mine/{house.pk}/")
    assert owner.get_by_text("An attestation was revoked").is_visible()
    expired = registry.chain.call("AssetRegistry", "assetOf", house.token_id)["validUntil"]
    assert expired < registry.chain.head().timestamp
    decision.refresh_from_db()
    assert decision.status == "done"


def propose(firm, title):
    """The verifier's own person proposes, and is refused to confirm it."""
    firm.goto(f"{firm.base}/admin/collateral/attestation/{title.pk}/change/")
    accessible(firm)
    firm.fill("#reason", "The land register was corrected: another owner stands there.")
    firm.get_by_role("button", name="Propose the revocation").click()
    firm.get_by_text("Another person must confirm it").first.wait_for()
    accessible(firm)
    assert firm.get_by_role("button", name="Confirm", exact=True).count() == 0
    return JointDecision.objects.get()


def confirm(person, registry, decision):
    """A second person, of another firm, confirms."""
    second = person(registry.wallets[1], login="firm1")
    second.goto(f"{second.base}/admin/collateral/jointdecision/{decision.pk}/change/")
    second.get_by_role("button", name="Confirm", exact=True).click()
    second.get_by_text("Confirmed by two people.").wait_for()
    accessible(second)


def revoke(firm, registry, decision):
    """The verifier's wallet sends the revocation; the workers bring it to the registry."""
    firm.goto(f"{firm.base}/admin/collateral/jointdecision/{decision.pk}/change/")
    firm.get_by_role("button", name="Send the revocation with Test Wallet").click()
    firm.get_by_text("Done. The page shows it").wait_for()
    assert services.note_revocations(chain=registry.chain) == 1
    registry.run()


def test_a_wallet_that_declines_signs_nothing(person, registry):
    page = person(registry.owner)
    page.wallet.declines = True
    page.goto(f"{page.base}/mine/")

    page.get_by_role("button", name="Sign in with Test Wallet").click()

    page.get_by_text("You declined in the wallet").wait_for()
    page.goto(f"{page.base}/mine/")
    assert "/sign-in/" in page.url


def test_statements_are_signed_together(person, registry):
    registry.take("car")
    page = person(registry.wallets[0], login="firm0")
    waiting = VerificationRequest.objects.filter(role=Role.TITLE)[:3]
    page.goto(f"{page.base}{QUEUE}together/?ids={','.join(str(one.pk) for one in waiting)}")
    accessible(page)
    for box in page.locator("input[name^=checked-]").all():
        box.check()
    page.get_by_role("button", name="Prepare for my wallet").click()
    accessible(page)

    page.get_by_role("button", name="Sign all with Test Wallet").click()

    page.get_by_text("3 attestations are kept.").wait_for()
    assert Attestation.objects.count() == 3
    assert page.wallet.asked.count("eth_signTypedData_v4") == 3


def test_pages_fit_a_phone(person, registry, house_files):
    owner = person(registry.owner, width=360)
    sign_in(owner)
    register(owner, house_files)
    house = Asset.objects.get()
    firm = person(registry.wallets[0], login="firm0", width=360)
    request = VerificationRequest.objects.get(role=Role.TITLE)
    firm_id = Verifier.objects.first().pk
    visits = [
        (owner, ["/mine/", "/mine/new/", "/mine/new/car/", f"/mine/{house.pk}/", "/sign-in/"]),
        (owner, ["/verifiers/", "/verifiers/apply/", f"/verifiers/{firm_id}/"]),
        (firm, [f"{QUEUE}{request.pk}/change/", f"{QUEUE}together/?ids={request.pk}"]),
    ]

    for page, addresses in visits:
        for address in addresses:
            page.goto(page.base + address)
            spare = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert spare <= 0, address
