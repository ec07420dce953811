"""Documents of rounds by the hash of their content; stored once, checked whenever they are read."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

import psycopg
from django.db import DatabaseError, connection, transaction

from oracles.database import copy_in, server_cursor
from oracles.domain.canonical import sha256
from oracles.domain.errors import RoundRefused
from oracles.models import Document, DocumentPart

_PART_BYTES = 4 << 20
logger = logging.getLogger(__name__)


def hash_text(digest: bytes) -> str:
    """Return a hash as it is stored and as the chain has it."""
    return "0x" + digest.hex()


def store_document(content: bytes, *, digest: bytes) -> Document:
    """Store bytes under their SHA-256; the same bytes again change nothing."""
    with transaction.atomic():
        document, is_new = Document.objects.get_or_create(
            hash=hash_text(digest), defaults={"size": len(content)}
        )
        if is_new:
            rows = _parts(document.pk, memoryview(content))
            names, types = ("document_id", "position", "data"), ("int8", "int4", "bytea")
            copy_in(DocumentPart._meta.db_table, names, types, rows)
    return document


@contextmanager
def stored_meanwhile(content: bytes) -> Iterator[None]:
    """Store a document of several parts in a session of its own while the block works with it.

    It is there once the block has ended well, and nothing of it is left otherwise. This only
    saves time: whoever needs the document stores it, which changes nothing where it is there.
    """
    # A transaction that is open may have to be taken back, with all that belongs to it.
    if len(content) <= _PART_BYTES or connection.in_atomic_block:
        yield
        return
    ended_well: SimpleQueue[bool] = SimpleQueue()
    with ThreadPoolExecutor(1, thread_name_prefix="store") as thread:
        thread.submit(_store_if, ended_well, content)
        try:
            yield
        except BaseException:
            ended_well.put(False)
            raise
        ended_well.put(True)


def _store_if(ended_well: SimpleQueue[bool], content: bytes) -> None:
    """Store a document in this thread's session, and keep it if the answer is yes."""
    try:
        with transaction.atomic():
            store_document(content, digest=sha256(content))
            if not ended_well.get():
                transaction.set_rollback(True)
    except (DatabaseError, psycopg.Error) as error:
        logger.info("A document was not stored ahead, so it will be stored in turn: %s", error)
    finally:
        connection.close()


def _parts(document_id: int, content: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    for position, start in enumerate(range(0, len(content), _PART_BYTES)):
        yield document_id, position, content[start : start + _PART_BYTES]


def read_document(hash: str) -> bytes | None:
    """Return a document's bytes, or None where it is not stored here."""
    document = Document.objects.filter(hash=hash).first()
    if document is None:
        return None
    content = b"".join(stream_document(document.pk))
    if hash_text(sha256(content)) != hash:
        raise RoundRefused(
            "DOCUMENT_DAMAGED",
            f"The bytes stored for {hash} have another hash. Delete the document and fetch it "
            "again from another reporter.",
        )
    return content


def stream_document(document_id: int) -> Iterator[bytes]:
    """Yield a document part by part, in binary; who reads it checks the hash."""
    query = "SELECT data FROM oracles_documentpart WHERE document_id = %s AND position = %s"
    count = DocumentPart.objects.filter(document=document_id).count()
    with server_cursor() as cursor:
        for position in range(count):
            row = cursor.execute(query, (document_id, position), binary=True).fetchone()
            yield row[0] if row else b""
