"""States of the United States from what is known of a thing."""

import pytest

from collateral.domain.regions import state_of


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"fips": "17031"}, "IL"),
        ({"fips": "72001"}, None),
        ({"address": "1932 N Howe St, Chicago, IL"}, "IL"),
        ({"address": "1 A St, Reno, NV 89501"}, "NV"),
        ({"address": "1510 First Ave #112"}, None),
        ({"fips": "32003", "address": "1 A St, Chicago, IL"}, "NV"),
        ({}, None),
    ],
)
def test_the_county_code_tells_the_state_and_else_the_address(facts, state):
    assert state_of(facts) == state
