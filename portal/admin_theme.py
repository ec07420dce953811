"""The staff desk in the portal's colours and type; `config.settings` takes this as `UNFOLD`."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

INK_AND_PAPER = {
    "50": "#faf7f1",
    "100": "#f2ede3",
    "200": "#e0d9cb",
    "300": "#c9c1b1",
    "400": "#a6b0b4",
    "500": "#5f6a70",
    "600": "#56616a",
    "700": "#3c474e",
    "800": "#2a343a",
    "900": "#1a2226",
    "950": "#12181b",
}
TEAL = {
    "50": "#eef6f4",
    "100": "#d9e8e4",
    "200": "#b4d5ce",
    "300": "#8fcfc6",
    "400": "#6cc3ba",
    "500": "#3a9a92",
    "600": "#0b5a58",
    "700": "#094b49",
    "800": "#083c3b",
    "900": "#1c3938",
    "950": "#0c2423",
}


def _mark(request: HttpRequest) -> str:
    return static("portal/mark.svg")


def _style(request: HttpRequest) -> str:
    return static("portal/admin.css")


UNFOLD = {
    "SITE_TITLE": "Ballast staff desk",
    "SITE_HEADER": "Ballast",
    "SITE_SUBHEADER": "Staff desk",
    "SITE_ICON": _mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "SITE_URL": reverse_lazy("portal:home"),
    "BORDER_RADIUS": "8px",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "STYLES": [_style],
    "COLORS": {"base": INK_AND_PAPER, "primary": TEAL},
    "DASHBOARD_CALLBACK": "portal.admin_dashboard.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "portal.admin_dashboard.navigation",
    },
}
