"""What people send as evidence: kept, drawn anew, or refused with the reason."""

import io
import zipfile
import zlib

import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    TextStringObject,
)

from collateral.domain.documents import (
    MAX_DOCUMENT_BYTES,
    DocumentRefused,
    document_kind,
    download_name,
    hamming_distance,
    plain_name,
    refuse_quota,
    refuse_size,
)
from collateral.services import sanitising
from collateral.services.sanitising import safe_document

MARKER = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(kind="JPEG", size=(64, 48), mode="RGB", **options):
    out = io.BytesIO()
    made = Image.linear_gradient("L").resize(size).convert(mode)
    made.save(out, kind, **options)
    return out.getvalue()


def pdf(change=None):
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    writer.write(out)
    return out.getvalue()


def refusal(content, name=""):
    with pytest.raises(DocumentRefused) as caught:
        safe_document(content=content, file_name=name)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def test_a_plain_pdf_is_kept_byte_for_byte():
    content = pdf()

    assert safe_document(content=content, file_name="Deed.PDF").content == content


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_is_drawn_anew(kind, ending):
    safe = safe_document(content=picture(kind), file_name=f"Front.{ending}")

    assert safe.media_type in ("image/jpeg", "image/png")
    assert Image.open(io.BytesIO(safe.content)).size == (64, 48)


def test_what_a_picture_file_holds_beside_the_picture_is_left_out():
    info = PngImagePlugin.PngInfo()
    info.add_text("place", "52.1 N 4.3 E")
    content = picture("PNG", pnginfo=info) + b"<script>alert(1)</script>PK\x03\x04"

    safe = safe_document(content=content)

    assert b"52.1 N" not in safe.content
    assert b"script" not in safe.content
    assert b"PK\x03\x04" not in safe.content


def test_the_perceptual_hash_outlives_scaling_and_compression():
    large = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 50).convert("RGB")
    small, other = io.BytesIO(), io.BytesIO()
    large.resize((320, 240)).save(small, "JPEG", quality=40)
    large.transpose(Image.Transpose.ROTATE_90).save(other, "JPEG")
    whole = io.BytesIO()
    large.save(whole, "PNG")
    hashes = [safe_document(content=one.getvalue()).image_hash for one in (whole, small, other)]

    assert hamming_distance(hashes[0], hashes[1]) <= 6
    assert hamming_distance(hashes[0], hashes[2]) > 6


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00\x03\x00\x00\x00", "setup.exe"),
        (b"\x7fELF\x02\x01\x01\x00", "tool"),
        (b"<html><script>alert(1)</script></html>", "page.txt"),
        (b"<?xml version='1.0'?><svg/>", "drawing.txt"),
        (b"#!/bin/sh\nrm -rf /", "run.txt"),
        (b"PK\x03\x04\x14\x00\x00\x00", "letter.docx"),
        (b"text\x00with zero", "zero.txt"),
        (b"\xff\xfe\x00bad", "bad.txt"),
    ],
)
def test_other_types_are_refused(content, name):
    assert refusal(content, name) == "EVIDENCE_TYPE"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (pdf(), "photo.jpg"),
        (picture(), "deed.pdf"),
        (picture("PNG"), "photo.jpg"),
        (b"plain words", "deed.pdf"),
        (picture(), "photo.jpg.exe"),
    ],
)
def test_an_ending_that_says_something_else_is_refused(content, name):
    assert refusal(content, name) == "EVIDENCE_TYPE_MISMATCH"


@pytest.mark.parametrize("content", [MARKER, pdf() + MARKER, b"a note: " + MARKER])
def test_the_marker_of_virus_scanners_is_refused(content):
    assert refusal(content) == "EVIDENCE_MALWARE"


def test_a_pdf_that_is_a_zip_file_too_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.js", "alert(1)")

    assert refusal(pdf() + out.getvalue()) == "EVIDENCE_POLYGLOT"


def test_a_pdf_with_something_behind_its_end_is_refused():
    assert refusal(pdf() + b"x" * 5_000) == "EVIDENCE_POLYGLOT"


def opening(kind, key, text):
    """Have a PDF act when it is opened."""

    def change(writer):
        action = DictionaryObject(
            {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(text)}
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return change


launch = opening("/Launch", "/F", "cmd.exe")
script = opening("/JavaScript", "/JS", "app.alert(1)")


@pytest.mark.parametrize(
    "change",
    [
        script,
        lambda writer: writer.add_attachment("payload.exe", b"MZ"),
        launch,
    ],
    ids=["script", "attachment", "launch"],
)
def test_an_active_pdf_is_refused(change):
    assert refusal(pdf(change)) == "EVIDENCE_ACTIVE"


def test_a_name_written_in_escapes_hides_no_script():
    hidden = pdf(script).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/#4aS ")

    assert refusal(hidden) == "EVIDENCE_ACTIVE"


def test_a_pdf_behind_a_password_is_refused():
    assert refusal(pdf(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))) == (
        "EVIDENCE_ENCRYPTED"
    )


@pytest.mark.parametrize("content", [b"%PDF-1.7\n%%EOF", pdf()[:200] + b"\n%%EOF\n"])
def test_a_broken_pdf_is_refused(content):
    assert refusal(content) == "EVIDENCE_BROKEN"


def test_a_pdf_that_unpacks_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr(sanitising, "MAX_UNPACKED_BYTES", 10_000)
    packed = zlib.compress(b"1 0 " + b" " * 200_000)
    body = b"%PDF-1.5\n"
    stream = body + (
        b"1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length "
        + str(len(packed)).encode()
        + b" >>\nstream\n"
        + packed
        + b"\nendstream\nendobj\n"
    )
    table = zlib.compress(
        b"\x00\x00\x00\x00\x00\xff"
        + b"\x01"
        + len(body).to_bytes(4, "big")
        + b"\x00"
        + b"\x02"
        + (1).to_bytes(4, "big")
        + b"\x00"
    )
    place = len(stream)
    stream += (
        b"3 0 obj\n<< /Type /XRef /Size 3 /W [1 4 1] /Root 2 0 R /Filter /FlateDecode /Length "
        + str(len(table)).encode()
        + b" >>\nstream\n"
        + table
        + b"\nendstream\nendobj\nstartxref\n"
        + str(place).encode()
        + b"\n%%EOF\n"
    )

    assert refusal(stream) == "EVIDENCE_BOMB"


def drawn_by(content, filters=("/FlateDecode",)):
    """Have the page of a PDF drawn by packed content."""

    def change(writer):
        stream = EncodedStreamObject()
        stream._data = content
        names = ArrayObject(NameObject(name) for name in filters)
        stream[NameObject("/Filter")] = names
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return change


@pytest.mark.parametrize(("most", "is_taken"), [(200_000, True), (199_999, False)])
def test_pages_may_unpack_to_so_many_bytes_and_no_more(monkeypatch, most, is_taken):
    monkeypatch.setattr(sanitising, "MAX_STREAMED_BYTES", most)
    content = pdf(drawn_by(zlib.compress(b"\n" * 200_000)))

    if is_taken:
        assert safe_document(content=content, file_name="Deed.pdf").content == content
    else:
        assert refusal(content) == "EVIDENCE_BOMB"


def test_a_part_that_is_packed_twice_is_refused():
    twice = zlib.compress(zlib.compress(b"\n" * 100_000))

    assert refusal(pdf(drawn_by(twice, ("/FlateDecode", "/FlateDecode")))) == "EVIDENCE_BOMB"


def test_a_part_that_is_packed_once_and_written_in_letters_is_taken():
    content = pdf(drawn_by(zlib.compress(b"\n" * 100), ("/ASCIIHexDecode", "/FlateDecode")))

    assert safe_document(content=content, file_name="Deed.pdf").content == content


def test_a_picture_that_unpacks_beyond_measure_is_refused_by_its_header():
    assert refusal(picture("PNG", size=(12_001, 10), mode="L")) == "EVIDENCE_PIXELS"
    assert refusal(picture("PNG", size=(9_000, 9_000), mode="1")) == "EVIDENCE_PIXELS"


@pytest.mark.parametrize("side", [9_500, 20_000, 2**30])
def test_a_header_that_claims_a_huge_picture_is_called_too_large(side):
    small = picture("PNG")
    header = b"IHDR" + side.to_bytes(4) * 2 + small[24:29]
    claimed = small[:12] + header + zlib.crc32(header).to_bytes(4) + small[33:]

    assert refusal(claimed) == "EVIDENCE_PIXELS"


def test_a_moving_picture_is_refused():
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])

    assert refusal(out.getvalue()) == "EVIDENCE_MOVING"


def test_a_picture_that_breaks_off_is_refused():
    assert refusal(picture("PNG", size=(400, 400))[:300]) == "EVIDENCE_BROKEN"


@pytest.mark.parametrize("size", [0, MAX_DOCUMENT_BYTES + 1, 200 * 2**20])
def test_sizes_beyond_the_limits_are_refused(size):
    with pytest.raises(DocumentRefused, match="are accepted"):
        refuse_size(size)


@pytest.mark.parametrize("size", [1, MAX_DOCUMENT_BYTES])
def test_sizes_at_the_limits_are_taken(size):
    refuse_size(size)


def test_an_asset_has_so_many_documents_and_bytes_and_no_more():
    refuse_quota(count=39, held_bytes=200 * 2**20 - 10, size=10)

    with pytest.raises(DocumentRefused, match="the most there may be"):
        refuse_quota(count=40, held_bytes=0, size=1)
    with pytest.raises(DocumentRefused, match="is the most"):
        refuse_quota(count=1, held_bytes=200 * 2**20 - 10, size=11)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\deed.pdf", "deed.pdf"),
        ("deed\u202efdp.exe", "deedfdp.exe"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("  .hidden ", "hidden"),
        ("/", ""),
    ],
)
def test_a_name_loses_folders_and_hidden_characters(raw, shown):
    assert plain_name(raw) == shown


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/pdf", "evidence-7.pdf"),
        ("image/jpeg", "evidence-7.jpg"),
        ("text/plain", "evidence-7.txt"),
        ("text/html", "evidence-7.bin"),
        ("", "evidence-7.bin"),
    ],
)
def test_a_document_goes_out_under_a_name_of_ours_that_opens(media_type, name):
    assert download_name(number=7, media_type=media_type) == name


def test_a_document_is_called_by_its_file_where_nothing_was_said():
    assert document_kind(given="", file_name="Land register.pdf") == "Land register"
    assert document_kind(given=" Title  deed ", file_name="x.pdf") == "Title deed"
