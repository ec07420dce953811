"""From the bytes that somebody sent to bytes that are safe to keep and to open."""

import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from collateral.domain.documents import (
    JPEG,
    PNG,
    TEXT,
    DocumentRefused,
    FileType,
    file_type_of,
    refuse_size,
)

MAX_PIXELS = 50_000_000
MAX_SIDE_PIXELS = 12_000
MAX_PDF_OBJECTS = 50_000
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
# What the pages' own streams may grow to in a viewer: twenty colour pages of 300 dots an inch, raw.
MAX_STREAMED_BYTES = 512 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_STEP_BYTES = 64 * 1024
_PACKERS = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_PDF_TAIL_BYTES = 1_024
_JPEG_QUALITY = 90
_HASH_SIDE = 8
# Parts of a PDF that do something when it is opened, or carry another file.
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/EmbeddedFiles", "/EF", "/XFA"}
_ACTIVE_KINDS = {"/Launch", "/JavaScript", "/ImportData", "/SubmitForm", "/RichMedia"}
_ACTIVE_KINDS |= {"/EmbeddedFile", "/Movie", "/Sound", "/Screen", "/3D", "/GoToE", "/Rendition"}
# Looked for in the bytes too: parsers disagree about broken files.
_ACTIVE_WORDS = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


@dataclass(frozen=True)
class SafeDocument:
    """A document as it is kept: its bytes, type, and for a picture its perceptual hash."""

    content: bytes
    media_type: str
    image_hash: int | None = None


def safe_document(*, content: bytes, file_name: str = "") -> SafeDocument:
    """Return the document as it may be kept, or raise ``DocumentRefused``.

    Pictures are drawn anew, which leaves out whatever else their file held (places where they
    were taken among it). PDF files and texts are kept byte for byte or refused.
    """
    refuse_size(len(content))
    found = file_type_of(content=content, file_name=file_name)
    if found.is_image:
        return _picture(content, found)
    if found is not TEXT:
        _refuse_two_in_one(content)
        _refuse_active_pdf(content)
    return SafeDocument(content, found.media_type)


def _picture(content: bytes, found: FileType) -> SafeDocument:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=[found.media_type[6:].upper()])
            _refuse_large(picture)
            drawn = ImageOps.exif_transpose(picture)
            drawn.load()
    except DocumentRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # The decoder refuses far larger ones itself, before it tells their size.
        raise _too_many_pixels("far too many") from error
    except Exception as error:
        # A decoder fails on broken input with whatever error it happens to meet.
        raise DocumentRefused(
            "EVIDENCE_BROKEN", f"The {found.label} cannot be read to its end. Save it again."
        ) from error
    return _encoded(drawn)


def _refuse_large(picture: Image.Image) -> None:
    """Refuse by the header alone, before anything is unpacked."""
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PIXELS:
        raise _too_many_pixels(f"{width} × {height}")
    if getattr(picture, "n_frames", 1) != 1:
        raise DocumentRefused(
            "EVIDENCE_MOVING", "The picture moves; send one photograph, or several."
        )


def _too_many_pixels(count: str) -> DocumentRefused:
    return DocumentRefused(
        "EVIDENCE_PIXELS",
        f"The picture has {count} pixels; {MAX_PIXELS // 10**6} million, and "
        f"{MAX_SIDE_PIXELS:,} on a side, are the most. Scale it down.",
    )


def _encoded(drawn: Image.Image) -> SafeDocument:
    has_alpha = drawn.mode in ("RGBA", "LA", "PA") or "transparency" in drawn.info
    kind = PNG if has_alpha or drawn.mode in ("1", "P") else JPEG
    flat = drawn.convert("RGBA" if has_alpha else "RGB")
    out = BytesIO()
    if kind is JPEG:
        flat.save(out, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    else:
        flat.save(out, "PNG", optimize=True)
    return SafeDocument(out.getvalue(), kind.media_type, difference_hash(flat))


def difference_hash(picture: Image.Image) -> int:
    """Return 64 bits that say where a small grey copy grows brighter, as a signed number."""
    small = picture.convert("L").resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    bits = 0
    for row in range(_HASH_SIDE):
        for column in range(_HASH_SIDE):
            place = row * (_HASH_SIDE + 1) + column
            bits = bits << 1 | (grey[place] < grey[place + 1])
    return bits - 2**64 if bits >= 2**63 else bits


def _refuse_two_in_one(content: bytes) -> None:
    """Refuse a file that another program would read as something else."""
    tail = content[-_PDF_TAIL_BYTES:]
    if zipfile.is_zipfile(BytesIO(content)) or b"%%EOF" not in tail:
        raise DocumentRefused(
            "EVIDENCE_POLYGLOT",
            "The PDF has something else after its end. Print it to a new PDF and send that.",
        )


def _refuse_active_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise DocumentRefused(
                "EVIDENCE_ENCRYPTED", "The PDF asks for a password. Send it without one."
            )
        _refuse_bomb(reader)
        _refuse_streamed_bomb(content)
        if not len(reader.pages):
            raise DocumentRefused("EVIDENCE_BROKEN", "The PDF has no page. Save it again.")
        active = _active_part(reader) or _active_word(content)
    except DocumentRefused:
        raise
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentRefused(
            "EVIDENCE_BROKEN", "The PDF cannot be read. Print it to a new PDF and send that."
        ) from error
    if active:
        raise DocumentRefused(
            "EVIDENCE_ACTIVE",
            f"The PDF holds a part that acts when it is opened ({active}). Print it to a new PDF, "
            "which leaves such parts out, and send that.",
        )


def _refuse_bomb(reader: PdfReader) -> None:
    """Refuse more objects, or packed objects that grow larger, than a document needs."""
    count = len(_objects(reader))
    unpacked = 0
    for number in sorted({packed for packed, _ in reader.xref_objStm.values()}):
        stream = reader.get_object(IndirectObject(number, 0, reader))
        unpacked += len(stream.get_data()) if isinstance(stream, StreamObject) else 0
        if unpacked > MAX_UNPACKED_BYTES:
            break
    if count > MAX_PDF_OBJECTS or unpacked > MAX_UNPACKED_BYTES:
        raise _bomb(f"{count:,} parts, or parts that unpack to more than {MAX_UNPACKED_BYTES:,}")


def _refuse_streamed_bomb(content: bytes) -> None:
    """Refuse pages that would fill the memory of whoever looks at them.

    Streams are found in the bytes themselves, whatever a parser makes of the file; what is not
    packed, or in another way, does not begin as packed data does and costs nothing.
    """
    total = 0
    for found in _STREAM.finditer(content):
        total += _unpacked_size(content, found.end(), most=MAX_STREAMED_BYTES - total)
        if total > MAX_STREAMED_BYTES:
            raise _bomb(f"pages that unpack to more than {MAX_STREAMED_BYTES:,}")


def _unpacked_size(content: bytes, place: int, *, most: int) -> int:
    """Return to how many bytes the packed data at ``place`` grow; counting ends above ``most``."""
    unpacker, size = zlib.decompressobj(), 0
    try:
        while not unpacker.eof and size <= most:
            piece = unpacker.unconsumed_tail
            if not piece:
                piece = content[place : place + _STEP_BYTES]
                place += _STEP_BYTES
            if not piece:
                break
            size += len(unpacker.decompress(piece, _STEP_BYTES))
    except zlib.error:
        return size
    return size


def _bomb(what: str) -> DocumentRefused:
    return DocumentRefused(
        "EVIDENCE_BOMB",
        f"The PDF has {what} bytes. Print it to a new PDF and send that.",
    )


def _objects(reader: PdfReader) -> list[tuple[int, int]]:
    """Return number and generation of every object."""
    plain = {(number, age) for age, entries in reader.xref.items() for number in entries}
    return sorted(plain | {(number, 0) for number in reader.xref_objStm})


def _active_word(content: bytes) -> str:
    return next((word.decode() for word in _ACTIVE_WORDS if word in content), "")


def _active_part(reader: PdfReader) -> str:
    """Return the name of an active part, by a walk over every object; empty without one."""
    stack = [reader.trailer] + [
        reader.get_object(IndirectObject(number, age, reader)) for number, age in _objects(reader)
    ]
    while stack:
        one = stack.pop()
        if isinstance(one, DictionaryObject):
            if _is_packed_twice(one):
                raise _bomb("a part that is packed twice, and so may grow to any number of")
            if found := _active_name(one):
                return found
            stack.extend(one.values())
        elif isinstance(one, ArrayObject):
            stack.extend(one)
    return ""


def _is_packed_twice(one: DictionaryObject) -> bool:
    filters = one.get("/Filter")
    if not isinstance(filters, ArrayObject):
        return False
    return sum(str(name.get_object()) in _PACKERS for name in filters) > 1


def _active_name(one: DictionaryObject) -> str:
    keys = _ACTIVE_KEYS & one.keys()
    # Opening at a page is no action: only a dictionary is.
    if keys == {"/OpenAction"} and not isinstance(one["/OpenAction"], DictionaryObject):
        keys = set()
    kinds = {one.raw_get(name) for name in ("/S", "/Subtype", "/Type") if name in one}
    named = {kind for kind in kinds if isinstance(kind, NameObject)} & _ACTIVE_KINDS
    return next(iter(sorted(keys | named)), "")
