"""After the report, while the portal serves: two owners register, and verifiers have work."""

from collateral.domain.classes import class_by_code
from collateral.errors import REFUSALS
from collateral.services import register_asset, submit_for_verification
from config.demo.actors import Cast

USD = 1_000_000


def leave_work(cast: Cast) -> None:
    """Register a truck and a container that nobody has vouched for yet; safe to repeat."""
    _register(
        cast,
        code="truck",
        place=0,
        identifiers={"vin": {"vin": "1M8GDM9AXKP042788"}},
        attributes={"maker": "MCI", "model": "102A3", "year_built": 1989, "country": "US"},
        price_units=64_000 * USD,
    )
    _register(
        cast,
        code="container",
        place=1,
        identifiers={"iso6346": {"container_number": "CSQU3054383"}},
        attributes={"maker": "CIMC", "model": "40HC dry", "year_built": 2021},
        price_units=2_600 * USD,
    )


def _register(
    cast: Cast,
    *,
    code: str,
    place: int,
    identifiers: dict[str, dict[str, str]],
    attributes: dict[str, int | str],
    price_units: int,
) -> None:
    try:
        asset = register_asset(
            asset_class=class_by_code(code),
            owner_address=cast.owners[place].address,
            identifiers=identifiers,
            attributes=attributes,
            jurisdiction="US" if code == "truck" else None,
            price_units=price_units,
        )
    except REFUSALS:
        # It waits since an earlier encore.
        return
    submit_for_verification(asset_id=asset.pk)
