"""Reading a portfolio file: mapping, cells, rows. Pure: bytes in, rows and refusals out."""

from collateral.domain.portfolio.errors import FileRefused, RowRefused
from collateral.domain.portfolio.mapping import ColumnMapping, parse_map
from collateral.domain.portfolio.reader import Table, read_table
from collateral.domain.portfolio.rows import Portfolio, PortfolioRow, read_portfolio

__all__ = [
    "ColumnMapping",
    "FileRefused",
    "Portfolio",
    "PortfolioRow",
    "RowRefused",
    "Table",
    "parse_map",
    "read_portfolio",
    "read_table",
]
