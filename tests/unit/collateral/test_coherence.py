"""A work is made within its maker's life."""

import pytest

from collateral.domain.classes.coherence import refuse_incoherent
from collateral.domain.identifiers import IdentifierError

MONET = {"artist_born": 1840, "artist_died": 1926}


@pytest.mark.parametrize(
    "attributes",
    [
        MONET | {"year": 1840},
        MONET | {"year": 1926},
        {"year": 1700},
        {"artist_born": 1840, "year": 2020},
        MONET,
        {},
    ],
)
def test_a_work_within_a_life_is_fine(attributes):
    refuse_incoherent(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        MONET | {"year": 1839},
        MONET | {"year": 1927},
        {"artist_born": 1840, "year": 1839},
        {"artist_died": 1926, "year": 1927},
    ],
)
def test_a_work_outside_it_is_refused(attributes):
    with pytest.raises(IdentifierError) as refusal:
        refuse_incoherent(attributes)

    assert refusal.value.code == "YEAR_OUTSIDE_LIFE"
