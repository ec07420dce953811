"""How mail leaves, from one address: `smtps://user:password@host:465`, `smtp://…` or `console:`."""

from urllib.parse import unquote, urlsplit

SCHEMES = ("console", "smtp", "smtps")
_BACKENDS = "django.core.mail.backends"
_TIMEOUT_S = 10


def mail_settings(url: str) -> dict[str, object]:
    """Return Django's settings for mail. Over SMTP it is encrypted, except on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{_BACKENDS}.console.EmailBackend"}
    is_tls = parts.scheme == "smtps"
    host = parts.hostname or "127.0.0.1"
    return {
        "EMAIL_BACKEND": f"{_BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": parts.port or (465 if is_tls else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_tls,
        "EMAIL_USE_TLS": not is_tls and host not in ("127.0.0.1", "localhost", "::1"),
        "EMAIL_TIMEOUT": _TIMEOUT_S,
    }
