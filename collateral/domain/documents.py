"""What kinds of files are evidence, told by their content, and what a name may hold."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from collateral.domain.refusal import Refusal

MEBIBYTE = 1024 * 1024
MAX_DOCUMENT_BYTES = 25 * MEBIBYTE
MAX_DOCUMENTS = 40
MAX_ASSET_BYTES = 200 * MEBIBYTE
MAX_KIND_LENGTH = 80
# The test string that every virus scanner knows; a file that holds it is meant as an attack.
SCANNER_MARKER = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_SEPARATORS = re.compile(r"[\\/]+")
_TEXT_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


class DocumentRefused(Refusal):
    """A file that is no evidence: a stable code and a full sentence."""


@dataclass(frozen=True)
class FileType:
    """A kind of file that is taken, and the endings its name may have."""

    media_type: str
    label: str
    endings: tuple[str, ...]

    @property
    def is_image(self) -> bool:
        """Whether it is a picture, which is encoded anew."""
        return self.media_type.startswith("image/")


PDF = FileType("application/pdf", "PDF", ("pdf",))
JPEG = FileType("image/jpeg", "JPEG photograph", ("jpg", "jpeg"))
PNG = FileType("image/png", "PNG picture", ("png",))
WEBP = FileType("image/webp", "WebP picture", ("webp",))
TEXT = FileType("text/plain", "plain text", ("txt",))
FILE_TYPES: Mapping[str, FileType] = {one.media_type: one for one in (PDF, JPEG, PNG, WEBP, TEXT)}
ACCEPTED = "PDF, JPEG, PNG, WebP or plain text"


def file_type_of(*, content: bytes, file_name: str = "") -> FileType:
    """Return the type of a file by its first bytes; an ending that says otherwise is refused.

    Raises ``DocumentRefused`` for other types, for an ending of another type, and for the
    marker of virus scanners.
    """
    if SCANNER_MARKER in content:
        raise DocumentRefused(
            "EVIDENCE_MALWARE",
            "The file holds the marker of a virus test. Scan your computer and send another file.",
        )
    found = _by_magic(content)
    ending = file_name.rpartition(".")[2].casefold() if "." in file_name else ""
    if found is None:
        raise DocumentRefused(
            "EVIDENCE_TYPE", f"The file is not {ACCEPTED}. Export it as one of these."
        )
    if ending and ending not in found.endings:
        raise DocumentRefused(
            "EVIDENCE_TYPE_MISMATCH",
            f"The name ends in .{ending[:10]}, but the content is {found.label}. "
            "Name it as what it is, or export it again.",
        )
    return found


def _by_magic(content: bytes) -> FileType | None:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    return TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """Tell whether it is prose: UTF-8, no control characters, no markup or program at its head."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    head = text.lstrip("\ufeff \t\r\n")[:2]
    return (
        bool(head)
        and not head.startswith(("<", "#!", "MZ"))
        and not (_TEXT_CONTROLS & set(content))
    )


def plain_name(raw: str) -> str:
    """Return a file's name for showing: without folders, control and direction characters."""
    base = _SEPARATORS.split(unicodedata.normalize("NFKC", raw))[-1]
    kept = "".join(c for c in base if not unicodedata.category(c).startswith("C"))
    return " ".join(kept.split()).strip(". ")[:200]


def download_name(*, number: int, media_type: str) -> str:
    """Return under what name a document goes out: never its own, but with the ending it needs."""
    found = FILE_TYPES.get(media_type)
    return f"evidence-{number}.{found.endings[0] if found else 'bin'}"


def document_kind(*, given: str, file_name: str) -> str:
    """Return what a document is called: as given, else by its file's name without the ending.

    Raises ``DocumentRefused`` when nothing is left to call it by, or it is too long.
    """
    name = plain_name(given) or plain_name(file_name).rpartition(".")[0] or plain_name(file_name)
    if not 0 < len(name) <= MAX_KIND_LENGTH:
        raise DocumentRefused(
            "EVIDENCE_KIND", f"Say in 1 to {MAX_KIND_LENGTH} characters what the document is."
        )
    return name


def refuse_size(size: int) -> None:
    """Refuse an empty file and one above the limit (bytes)."""
    if not 0 < size <= MAX_DOCUMENT_BYTES:
        raise DocumentRefused(
            "EVIDENCE_SIZE",
            f"The file has {size:,} bytes; 1 to {MAX_DOCUMENT_BYTES:,} are accepted. "
            "Split it, or send fewer pages or smaller photographs.",
        )


def refuse_quota(*, count: int, held_bytes: int, size: int) -> None:
    """Refuse one more file where an asset has as many, or as many bytes, as it may have."""
    if count >= MAX_DOCUMENTS:
        raise DocumentRefused(
            "EVIDENCE_COUNT",
            f"The asset has {count} documents, the most there may be. Remove one first.",
        )
    if held_bytes + size > MAX_ASSET_BYTES:
        raise DocumentRefused(
            "EVIDENCE_TOTAL",
            f"With this file the documents would have {held_bytes + size:,} bytes; "
            f"{MAX_ASSET_BYTES:,} is the most. Remove one first.",
        )


def hamming_distance(one: int, other: int) -> int:
    """Return in how many of 64 bits two perceptual hashes differ."""
    return ((one ^ other) & (2**64 - 1)).bit_count()
