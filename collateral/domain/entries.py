"""What an owner enters for one thing, to attributes and identifiers; or what is wrong, by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from collateral.domain.classes import AssetClass, Field
from collateral.domain.display import field_label
from collateral.domain.identifiers import Identifier, IdentifierError, identify, scheme_for
from collateral.domain.portfolio.cells import parse_cell
from collateral.domain.portfolio.errors import CellError

WHOLE_FORM = ""


class EntriesRefused(ValueError):
    """Entries that cannot be taken: a sentence for each field, ``""`` naming the whole form."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Entries:
    """Good entries: attributes in base units, identifiers best first."""

    attributes: Mapping[str, int | str]
    identifiers: tuple[Identifier, ...]

    @property
    def price_units(self) -> int | None:
        """The price in ledger units (1e-6 USD), where one was entered."""
        price = self.attributes.get("price_units")
        return price if isinstance(price, int) else None


@dataclass(frozen=True)
class Checked:
    """One identifier as checked while somebody types: accepted, or why not."""

    label: str
    canonical: str
    problem: str


def enterable(asset_class: AssetClass) -> list[Field]:
    """Return the fields that an owner may enter: a file's record number is none."""
    return [field for field in asset_class.fields if field.name != "record"]


def own_schemes(asset_class: AssetClass) -> list[str]:
    """Return the schemes by which an owner may name a thing, best first."""
    return [scheme for scheme in asset_class.schemes if scheme != "record"]


def read_entries(
    *,
    asset_class: AssetClass,
    given: Mapping[str, str],
    units: Mapping[str, str],
    as_of: date,
) -> Entries:
    """Return what was entered, by field name; raises ``EntriesRefused`` with all that is wrong.

    ``units`` names the unit of a field where it is not its first; ``as_of`` judges dates.
    """
    problems: dict[str, str] = {}
    attributes: dict[str, int | str] = {}
    for field in enterable(asset_class):
        text = given.get(field.name, "").strip()
        if not text:
            if field.required:
                problems[field.name] = f"The {field_label(field).lower()} is needed."
            continue
        try:
            attributes[field.key] = parse_cell(
                field, text, unit=units.get(field.name, ""), decimal_mark="", as_of=as_of
            )
        except (CellError, IdentifierError) as error:
            problems[field.name] = _in_a_form(text, error)
    identifiers = _identifiers(asset_class, given, problems)
    if problems:
        raise EntriesRefused(problems)
    return Entries(attributes, identifiers)


def _in_a_form(text: str, error: CellError | IdentifierError) -> str:
    """Return a refusal's sentence; what it advises for whole files is no help to one person."""
    if error.code == "AMBIGUOUS_NUMBER":
        return f"{text!r} can be read in two ways. Write it without a thousands mark."
    return error.sentence


def _identifiers(
    asset_class: AssetClass, given: Mapping[str, str], problems: dict[str, str]
) -> tuple[Identifier, ...]:
    found = []
    for scheme in _entered(asset_class, given):
        try:
            found.append(_identified(scheme, given))
        except IdentifierError as error:
            problems.setdefault(scheme_for(scheme).parts[-1], error.sentence)
    if not found and not problems:
        ways = " or ".join(scheme_for(one).label for one in own_schemes(asset_class))
        problems[WHOLE_FORM] = f"Name the thing by its {ways}, so that it is registered once only."
    return tuple(found)


def _entered(asset_class: AssetClass, given: Mapping[str, str]) -> list[str]:
    return [one for one in own_schemes(asset_class) if scheme_for(one).present_in(given)]


def _identified(scheme: str, given: Mapping[str, str]) -> Identifier:
    country = given.get("country", "").strip().upper() or None
    return identify(scheme=scheme, values=given, jurisdiction=country)


def check_identifiers(*, asset_class: AssetClass, given: Mapping[str, str]) -> list[Checked]:
    """Return what each identifier that is entered completely comes to."""
    checked = []
    for scheme in _entered(asset_class, given):
        label = scheme_for(scheme).label
        try:
            checked.append(Checked(label, _identified(scheme, given).canonical, ""))
        except IdentifierError as error:
            checked.append(Checked(label, "", error.sentence))
    return checked
