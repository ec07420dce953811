"""Filters and tags of the pages: thin doors to `portal.domain.formatting`."""

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.domain import formatting
from portal.rendering import navigation

register = template.Library()

for _name in ("usd", "usd_short", "percent", "day", "clock", "iso", "span", "middle"):
    register.filter(_name, getattr(formatting, _name))
register.filter("moment", formatting.moment)
register.filter("token_amount", formatting.token_amount)


@register.simple_tag
def when(unix_s: int) -> SafeString:
    """Return a moment as a `<time>` element."""
    return format_html(
        '<time datetime="{}">{}</time>', formatting.iso(unix_s), formatting.moment(unix_s)
    )


@register.simple_tag
def on_day(unix_s: int) -> SafeString:
    """Return a day as a `<time>` element."""
    return format_html(
        '<time datetime="{}">{}</time>', formatting.iso(unix_s), formatting.day(unix_s)
    )


@register.simple_tag
def distance(unix_s: int, now_s: int) -> str:
    """Return how far a moment is from now, in words."""
    return formatting.distance(unix_s, now_s)


@register.simple_tag
def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun in the right form."""
    return formatting.counted(number, one, many)


@register.simple_tag(takes_context=True)
def sections(context: template.Context) -> list[dict[str, object]]:
    """Return the main navigation, on pages without a view of ours too (a 404)."""
    return context.get("navigation") or navigation("")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """Return the present query string with some parameters changed; None drops one."""
    request: HttpRequest = context["request"]
    parameters = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"
