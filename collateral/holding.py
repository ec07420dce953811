"""Who holds an identifier or a piece of ground already: for whoever tries to register it again."""

from dataclasses import dataclass
from typing import Any

from collateral.models import Asset


@dataclass(frozen=True)
class Holder:
    """The asset that holds it, and the requests by which verifiers are asked about it."""

    asset: int
    class_label: str
    status: str
    registered_on: str
    requests: tuple[int, ...]
    token_id: int | None

    @property
    def sentence(self) -> str:
        """Say it without naming the owner."""
        asked = ", ".join(f"no. {one}" for one in self.requests) or "none yet"
        return (
            f"{self.class_label} no. {self.asset}, registered on {self.registered_on}, "
            f"{self.status.lower()}; its verification requests: {asked}."
        )

    def as_data(self) -> dict[str, Any]:
        """Return it for a program; the token id is text, since JSON's numbers are too small."""
        return {
            "holder": {
                "asset": self.asset,
                "requests": list(self.requests),
                "status": self.status,
                "token_id": None if self.token_id is None else str(self.token_id),
            }
        }


def holder_of(asset: Asset) -> Holder:
    """Return what may be said of an asset to somebody who does not own it."""
    return Holder(
        asset=asset.pk,
        class_label=asset.asset_class.label,
        status=asset.get_status_display(),
        registered_on=f"{asset.created_at:%-d %B %Y}",
        requests=tuple(asset.requests.order_by("pk").values_list("pk", flat=True)),
        token_id=asset.token_id,
    )


def holder_of_anchors(anchors: list[str]) -> Holder | None:
    """Return who holds the first of these anchors that is taken, or None."""
    taken = Asset.objects.filter(anchors__anchor__in=anchors).order_by("pk").first()
    return holder_of(taken) if taken else None
