"""Photograph the running portal and admin: `make screenshots`, while `make demo` serves."""

import sys
from collections.abc import Iterator, Sequence

from playwright.sync_api import Browser, Page, sync_playwright

from config import secrets
from config.paths import DATA_DIR
from config.stack.services import Web
from tests.browser import LAUNCH_ARGUMENTS, chromium_path

TARGET = DATA_DIR / "screenshots"
PAGES = (
    *("", "loans/", "assets/", "devices/", "auctions/", "pool/", "governance/", "status/"),
    *("verifiers/", "sign-in/"),
)
# The first link of a list leads to the page of one thing.
LISTS = (
    *("loans/", "assets/", "devices/", "auctions/", "governance/"),
    "admin/collateral/verificationrequest/",
)
ADMIN_PAGES = (
    "admin/",
    "admin/collateral/verificationrequest/",
    "admin/collateral/asset/",
    "admin/collateral/verifier/",
    "admin/lending/loan/",
    "admin/collateral/jointdecision/",
    "admin/oracles/valuation/",
    "admin/oracles/round/",
    "admin/lending/stressrun/",
    "admin/settlement/batch/",
)
SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 780}}


def main() -> int:
    """Take every photograph and print where it is."""
    web, path = Web(), chromium_path()
    if not web.is_ready():
        print(f"Nothing serves at {web.url}. Run 'make demo' in another terminal first.")
        return 1
    if path is None:
        print("No Chromium could be found or installed. Install one and run it again.")
        return 1
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGUMENTS)
        for size in SIZES:
            photograph(browser, web.url, size)
        browser.close()
    return 0


def photograph(browser: Browser, url: str, size: str) -> None:
    """Take the photographs of one window size."""
    page = browser.new_page(viewport=SIZES[size])
    for address in addresses(page, url, PAGES):
        page.goto(f"{url}/{address}")
        save(page, size, address)
    sign_in(page, url)
    for address in addresses(page, url, ADMIN_PAGES):
        page.goto(f"{url}/{address}")
        save(page, size, address)
    page.close()


def addresses(page: Page, url: str, pages: Sequence[str]) -> Iterator[str]:
    """Yield pages, and for each list its first entry."""
    for address in pages:
        yield address
        if address in LISTS:
            page.goto(f"{url}/{address}")
            entry = page.locator(f'a[href^="/{address}"]')
            for link in entry.evaluate_all("links => links.map(link => link.pathname)"):
                if link != f"/{address}":
                    yield link.lstrip("/")
                    break


def sign_in(page: Page, url: str) -> None:
    """Sign in to the admin with the demo's password."""
    page.goto(f"{url}/admin/login/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", secrets.generated("demo_password"))
    page.click("[type=submit]")


def save(page: Page, size: str, address: str) -> None:
    """Save a photograph of the whole page."""
    name = address.strip("/").replace("/", "-") or "home"
    target = TARGET / f"{size}-{name}.png"
    page.screenshot(path=target, full_page=True)
    print(f"/{address} → {target}")


if __name__ == "__main__":
    sys.exit(main())
