"""The asset classes as data: fields, identifiers, roles, checklists, validity."""

from collateral.domain.classes.base import AssetClass, Field, Kind, Role, Unit, Valuation
from collateral.domain.classes.description import describe_classes
from collateral.domain.classes.table import CLASSES, class_by_code, class_by_id

__all__ = [
    "CLASSES",
    "AssetClass",
    "Field",
    "Kind",
    "Role",
    "Unit",
    "Valuation",
    "class_by_code",
    "class_by_id",
    "describe_classes",
]
