"""A browser with a wallet for each person, on a served portal beside a chain."""

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from PIL import Image, ImageDraw
from pypdf import PdfWriter

from collateral.models import Verifier
from tests.chain.collateral.registry import Registry
from tests.e2e.desk.wallet import TestWallet

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _plain_files(settings, tmp_path):
    """Static files without a manifest, and evidence of this test only."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path / "evidence"


@pytest.fixture
def registry(anvil_snapshot, transactional_db, settings):
    """A registry with three admitted verifiers, each with a person who signs in to the desk."""
    settings.RPC_URL = anvil_snapshot
    made = Registry(anvil_snapshot)
    made.admit()
    for number, wallet in enumerate(made.wallets):
        # A verifier pays for its own revocation.
        made.chain.rpc.request("anvil_setBalance", wallet.address, hex(10**18))
        user = User.objects.create_user(f"firm{number}", password=PASSWORD, is_staff=True)
        Verifier.objects.filter(address=wallet.address).update(
            user=user, name=f"{('Northern', 'Meridian', 'Harbour')[number]} Surveyors"
        )
    return made


@pytest.fixture
def person(browser, live_server, registry):
    """Open a browser of somebody's own, with a wallet in it where a key is given."""
    contexts = []

    def open_(key=None, *, login="", width=1280):
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        wallet = TestWallet(key, registry.chain) if key else None
        if wallet:
            wallet.inject(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.complaints = []
        page.wallet = wallet
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.base = live_server.url
        if login:
            page.goto(f"{page.base}/admin/")
            page.fill("input[name=username]", login)
            page.fill("input[name=password]", PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.get_by_text("Requests waiting").first.wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def house_files(tmp_path):
    """Four documents of a house as somebody has them on a disk."""
    files = {
        "Land register extract.pdf": blank_pdf(),
        "Front.jpg": drawing("JPEG", "sienna"),
        "Floor plan.png": drawing("PNG", "teal"),
        "Insurance.txt": b"Building insurance of 1 Elm Street, in force until 2027-05-01.",
    }
    paths = []
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def blank_pdf():
    """A PDF of one page, a little more than one piece of an upload."""
    out, writer = BytesIO(), PdfWriter()
    page = writer.add_blank_page(300, 400)
    page.merge_page(writer.add_blank_page(300, 400))
    writer.write(out)
    return out.getvalue()


def drawing(kind, colour):
    """A picture with a pattern, large enough to come in two pieces as PNG noise would."""
    picture = Image.effect_noise((900, 1_400), 90).convert("RGB")
    ImageDraw.Draw(picture).rectangle((200, 300, 700, 900), fill=colour)
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()
