"""Where things are kept."""

import os

from config.paths import kernel_cache_dir


def test_kernels_have_another_place_after_any_of_their_sources_changed(tmp_path):
    for name in (
        "collateral/domain/hashes.py",
        "oracles/domain/bulk/callee.py",
        "oracles/other.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("first")
    places = [kernel_cache_dir(tmp_path, tmp_path)]

    for name in (
        "oracles/domain/bulk/callee.py",
        "collateral/domain/hashes.py",
        "oracles/other.py",
    ):
        os.utime(tmp_path / name, (1, 1))
        places.append(kernel_cache_dir(tmp_path, tmp_path))

    assert places[0] != places[1] != places[2]
    assert places[2] == places[3]
    assert {place.parent for place in places} == {tmp_path / "kernels"}
