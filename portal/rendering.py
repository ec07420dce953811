"""From a page's rows to its HTML: whole, or only the live part that htmx asks for."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from collateral.domain.whole import whole_number

logger = logging.getLogger(__name__)

# Every script and style is a file of ours, so nothing else needs to be allowed.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECTIONS = (
    ("home", "Home"),
    ("loans", "Loans"),
    ("assets", "Assets"),
    ("auctions", "Auctions"),
    ("pool", "Pool"),
    ("governance", "Governance"),
    ("verifiers", "Verifiers"),
    ("my_loans", "My loans"),
    ("mine", "My assets"),
    ("status", "Status"),
)
_LARGEST_PAGE = 100_000

Selector = Callable[..., Any]
View = Callable[..., HttpResponse]


def live_page(name: str) -> Callable[[Selector], View]:
    """Make a view of a function that returns a page's rows, or None when there is no such page."""

    def decorate(select: Selector) -> View:
        @wraps(select)
        def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
            try:
                page = select(request, **arguments)
            except (OperationalError, InterfaceError):
                logger.exception("The database cannot be read for the page %s.", name)
                return _respond(request, "portal/pages/unavailable.html", name, None, status=503)
            if page is None:
                raise Http404
            live = f"portal/live/{name}.html"
            is_fragment = request.headers.get("HX-Request") == "true"
            template = live if is_fragment else f"portal/pages/{name}.html"
            return _respond(request, template, name, page, live_template=live)

        return view

    return decorate


def static_page(
    request: HttpRequest,
    template: str,
    section: str,
    *,
    page: object = None,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    """Render a page that does not update itself: forms, and what belongs to one person."""
    response = _respond(request, template, section, page, status=status, **context)
    response["Cache-Control"] = "no-store"
    return response


def page_number(request: HttpRequest) -> int:
    """Return the page of a table that was asked for; 1 when that is not a sensible number."""
    asked = whole_number(request.GET.get("page", "1"))
    return 1 if asked is None else min(asked, _LARGEST_PAGE)


def navigation(current: str) -> list[dict[str, object]]:
    """Return the entries of the main navigation, the section of the page being marked."""
    return [
        {"url": reverse(f"portal:{name}"), "label": label, "current": _section(current) == name}
        for name, label in SECTIONS
    ]


def _section(page: str) -> str:
    homes = {"loan": "loans", "asset": "assets", "auction": "auctions"}
    return (homes | {"device": "assets", "devices": "assets"}).get(page, page)


def _respond(
    request: HttpRequest, template: str, name: str, page: object, status: int = 200, **more: object
) -> HttpResponse:
    context = {"page": page, "navigation": navigation(name), **more}
    response = render(request, template, context, status=status)
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "HX-Request"
    return response
