"""A browser on a served portal."""

import pytest

from tests.integration.portal.conftest import deployment, plain_static_files

__all__ = ["deployment", "plain_static_files"]


@pytest.fixture
def open_page(browser, live_server):
    """Open an address in a window of that width; what the console complains about is kept."""
    contexts = []

    def open_(address, *, width=1280, scheme="light", scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on(
            "console",
            lambda said: page.complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield open_
    for context in contexts:
        context.close()
