"""What the fields of one thing must not say of each other."""

from collections.abc import Mapping

from collateral.domain.identifiers.base import IdentifierError


def refuse_incoherent(attributes: Mapping[str, int | str]) -> None:
    """Raise ``IdentifierError`` for a work dated outside its maker's life, where both are given."""
    year, born, died = (attributes.get(name) for name in ("year", "artist_born", "artist_died"))
    if not isinstance(year, int):
        return
    before = isinstance(born, int) and year < born
    after = isinstance(died, int) and year > died
    if before or after:
        raise IdentifierError(
            "YEAR_OUTSIDE_LIFE",
            f"The work is dated {year}, outside the life of its maker "
            f"({born or 'unknown'} to {died or 'today'}). Correct the year or the maker.",
        )
