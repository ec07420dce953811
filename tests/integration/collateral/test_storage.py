"""Evidence on disk: unreadable without the key, and never read when it was touched."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from collateral.storage import FileDamaged


@pytest.fixture(autouse=True)
def directory(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.EVIDENCE_KEYS = {1: "first key", 2: "second key"}
    return tmp_path


def stored(name="a.bin", content=b"title deed"):
    return default_storage.save(name, ContentFile(content))


def read(name):
    with default_storage.open(name) as file:
        return file.read()


@pytest.mark.parametrize("content", [b"", b"x", b"title deed" * 100_000])
def test_a_file_is_read_as_it_was_written(content):
    name = stored(content=content)

    assert read(name) == content


def test_the_disk_shows_nothing_of_it(directory):
    stored()

    on_disk = (directory / "a.bin").read_bytes()

    assert b"title" not in on_disk


def test_the_same_content_twice_looks_different(directory):
    stored("a.bin")
    stored("b.bin")

    assert (directory / "a.bin").read_bytes()[8:] != (directory / "b.bin").read_bytes()[8:]


def test_after_a_rotation_old_files_are_read_with_the_key_that_is_kept(settings):
    name = stored()
    settings.EVIDENCE_KEYS = {2: "second key", 3: "third key"}

    assert read(name) == b"title deed"


def test_without_its_key_a_file_is_not_read(settings):
    name = stored()
    settings.EVIDENCE_KEYS = {1: "first key"}

    with pytest.raises(FileDamaged, match="key is not kept"):
        read(name)


@pytest.mark.parametrize("place", [0, 5, 9, 20, -1])
def test_a_file_that_was_touched_is_not_read(directory, place):
    name = stored()
    bytes_on_disk = bytearray((directory / name).read_bytes())
    bytes_on_disk[place] ^= 1
    (directory / name).write_bytes(bytes_on_disk)

    with pytest.raises(FileDamaged):
        read(name)


@pytest.mark.parametrize("kept", [0, 3, 8, 12, 25])
def test_a_file_that_was_cut_is_not_read(directory, kept):
    name = stored()
    (directory / name).write_bytes((directory / name).read_bytes()[:kept])

    with pytest.raises(FileDamaged):
        read(name)


def test_a_file_put_in_the_place_of_another_is_not_read(directory):
    stored("a.bin")
    stored("b.bin", b"another deed")
    (directory / "b.bin").rename(directory / "a.bin")

    with pytest.raises(FileDamaged):
        read("a.bin")


def test_a_name_that_is_taken_is_refused():
    stored()

    with pytest.raises(FileExistsError):
        stored()
