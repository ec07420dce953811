"""A long pass in pieces does all of the work, or fails as one pass would."""

import numpy as np
import pytest

from collateral.domain.spread import slices, spread


@pytest.mark.parametrize("first", [0, 5])
@pytest.mark.parametrize("count", [0, 1, 16_383, 16_384, 16_385, 100_000])
def test_slices_hold_every_place_once(count, first):
    places = np.zeros(first + count + 10, int)

    for one in slices(count, first):
        places[one] += 1

    assert np.flatnonzero(places).tolist() == list(range(first, first + count))
    assert places.max() <= 1
    assert len(slices(count)) == max(1, -(-count // 16_384))


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_all_pieces_are_worked_on(count):
    done = np.zeros(count, int)

    def work(place):
        done[place] += 1

    spread(work, range(count))

    assert np.all(done == 1)


@pytest.mark.parametrize("count", [1, 50])
def test_an_error_in_a_piece_is_raised(count):
    def work(place):
        if place == count - 1:
            raise ValueError(f"piece {place}")

    with pytest.raises(ValueError, match=f"piece {count - 1}"):
        spread(work, range(count))
