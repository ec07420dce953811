"""Declare a fifteenth class, start Django, and print every place where it shows."""

import io
import json

import django

from collateral.domain import classes
from collateral.domain.classes import description, table
from collateral.domain.classes import fields as f
from collateral.domain.classes.base import AssetClass, Role

TRAM = AssetClass(
    15,
    "tram",
    "Tram",
    ("serial", "record"),
    Role.APPRAISAL | Role.INSPECTION,
    table.YEAR_S,
    (f.PRICE, f.MAKER, f.MODEL, f.SERIAL, f.RECORD, f.whole("axles", "number of axles")),
    {Role.APPRAISAL: ("It runs on this gauge.",)},
)
# What writing the declaration into the table does, done before anything has read the table.
for module in (table, classes, description):
    module.CLASSES = (*table.CLASSES, TRAM) if module is table else table.CLASSES
table._BY_CODE["tram"] = table._BY_ID[15] = TRAM
django.setup()

from django.contrib import admin  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from collateral.admin.filters import ClassFilter  # noqa: E402
from collateral.api.identifiers import classes as classes_view  # noqa: E402
from collateral.models import Asset  # noqa: E402

request = RequestFactory().get("/")
out = io.StringIO()
call_command("import_portfolio", "--fields", "--class", "tram", stdout=out)
field = Asset._meta.get_field("class_id")
model_admin = admin.site._registry[Asset]
answer = json.loads(classes_view(request).content)["classes"][-1]
print(
    json.dumps(
        {
            "form": [label for _, label in field.formfield().choices],
            "admin": [
                label for _, label in ClassFilter(request, {}, Asset, model_admin).lookup_choices
            ],
            "api": answer,
            "import": out.getvalue(),
        }
    )
)
