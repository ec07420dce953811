"""Made-up markets whose prices are known, as files that a user might bring."""

import csv
import io
from datetime import date, timedelta
from random import Random

from collateral.domain.classes import class_by_code
from collateral.domain.portfolio import parse_map, read_table
from collateral.domain.portfolio.mapping import column_mapping
from oracles.sales.records import read_sales

TODAY = date(2026, 6, 1)
MAP = "price=Price,floor_area=Size:m2,year_built=Built,address=Town,bedrooms=Beds"
HEADER = ("Price", "Size", "Built", "Town", "Beds", "Sold")
TOWNS = {"Ada": 1.0, "Boone": 1.5, "Clive": 0.7}


def houses(count=300, *, seed=1, noise=0.12, missing=0.0):
    """Return rows of houses: price by size, town and age, times lognormal noise."""
    random = Random(seed)
    rows = []
    for number in range(count):
        town, size = random.choice(sorted(TOWNS)), random.randint(40, 300)
        built = random.randint(1900, 2020)
        price = 1_500 * size * TOWNS[town] * (1 + (built - 1900) / 240)
        price *= random.lognormvariate(0, noise)
        sold = date(2015, 1, 1) + timedelta(days=number * 7)
        row = [f"{price:.0f}", size, built, town, 1 + size // 50, sold.isoformat()]
        rows.append(
            [row[0], *("NA" if random.random() < missing else cell for cell in row[1:5]), row[5]]
        )
    return rows


def content(rows, header=HEADER):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def sales_of(rows, *, header=HEADER, mapping=MAP, code="real_estate", ignored=(), decimal=""):
    return read_sales(
        table=read_table(content(rows, header)),
        mapping=column_mapping(
            asset_class=class_by_code(code), sources=parse_map(mapping), decimal_mark=decimal
        ),
        as_of=TODAY,
        ignored=ignored,
    )
