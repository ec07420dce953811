"""The shape of a class: its fields with units, and the roles that must vouch for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum
from fractions import Fraction


class Role(IntFlag):
    """What a verifier vouches for; the bits are those of the registry contract."""

    TITLE = 1
    APPRAISAL = 2
    INSPECTION = 4
    DEVICE = 8

    @property
    def label(self) -> str:
        """The role in words."""
        return str(self.name).replace("|", ", ").lower()


class Kind(StrEnum):
    """What a field holds, which decides how a cell of a file is read."""

    TEXT = "text"
    WHOLE = "whole number"
    YEAR = "year"
    DATE = "date"
    COUNTRY = "country code"
    MONEY = "money"
    MEASURE = "measure"
    CELL = "H3 cell"


class Valuation(StrEnum):
    """How a class is valued; the oracles hold the models."""

    APPRAISED = "appraised"
    INCOME = "income"
    RESTAKING = "restaking"


@dataclass(frozen=True)
class Unit:
    """A way to write an amount, and how many base units one of it is."""

    code: str
    scale: Fraction


@dataclass(frozen=True)
class Field:
    """One thing we record of an asset.

    ``unit`` is the base unit in which it is kept, as a whole number, and is part of ``key``.
    ``units`` are those that a file may use; without one said, the first is meant.
    """

    name: str
    kind: Kind
    help: str
    unit: str = ""
    units: tuple[Unit, ...] = ()
    required: bool = False
    identifying: bool = False

    @property
    def key(self) -> str:
        """The name under which the value is kept, with its unit last."""
        return f"{self.name}_{self.unit}" if self.unit else self.name


@dataclass(frozen=True)
class AssetClass:
    """A class of collateral; ids and roles are those of the contracts' genesis."""

    id: int
    code: str
    label: str
    schemes: tuple[str, ...]
    roles: Role
    validity_s: int
    fields: tuple[Field, ...]
    checklist: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    valuation: Valuation = Valuation.APPRAISED
    has_parcel: bool = False
    fungible: bool = False

    def field_named(self, name: str) -> Field | None:
        """Return the field of that name, if the class has one."""
        return next((one for one in self.fields if one.name == name), None)

    def required_roles(self) -> list[Role]:
        """Return the single roles that must all vouch, in ascending bit order."""
        return [role for role in Role if role & self.roles]
