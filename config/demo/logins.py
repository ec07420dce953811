"""Log-ins to the staff desk, with a random password for each data directory."""

from django.contrib.auth.models import Permission, User

from config import secrets
from config.demo.actors import FIRM_NAMES, FIRST_APPRAISER

ADMIN, VERIFIER = "admin", "verifier"


def demo_logins() -> list[str]:
    """Make the two staff accounts if need be and return a line for each."""
    password = secrets.generated("demo_password")
    for name in (ADMIN, VERIFIER):
        user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        if not user.check_password(password):
            user.set_password(password)
        user.is_superuser = name == ADMIN
        user.save()
    allowed = Permission.objects.filter(
        content_type__app_label="collateral", codename__regex="^(view|change)_"
    )
    User.objects.get(username=VERIFIER).user_permissions.set(allowed)
    return [
        f"log-in {ADMIN} / {password} (operator)",
        f"log-in {VERIFIER} / {password} (verifier {FIRM_NAMES[FIRST_APPRAISER]})",
    ]


def verifier_user_id() -> int:
    """Return the account whose desk is the first appraiser's."""
    return User.objects.get(username=VERIFIER).pk
