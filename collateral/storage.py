"""Evidence at rest: AES-256-GCM, the version of the key in front, the file's name bound in."""

import hashlib
import secrets
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

MAGIC = b"BEF1"
_VERSION_BYTES = 4
_NONCE_BYTES = 12
_HEAD_BYTES = len(MAGIC) + _VERSION_BYTES


class FileDamaged(OSError):
    """A file that is not as it was written, or whose key is not among those kept."""


class EncryptedFileSystemStorage(FileSystemStorage):
    """Files as :class:`FileSystemStorage` keeps them, unreadable without the key.

    The newest key encrypts; older versions are kept for the files that they encrypted. A file
    that was changed, cut, or put in another's place does not decrypt.
    """

    def _save(self, name: str, content: Any) -> str:
        version = max(settings.EVIDENCE_KEYS)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = MAGIC + version.to_bytes(_VERSION_BYTES)
        sealed = _cipher(version).encrypt(nonce, _read(content), head + name.encode())
        return super()._save(name, ContentFile(head + nonce + sealed))

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name as it is: it is bound into the file, so it may not change later."""
        if self.exists(name):
            raise FileExistsError(f"{name} is taken; choose another name.")
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("Evidence is written once and read as bytes.")
        with super()._open(name, "rb") as file:
            return ContentFile(_opened(file.read(), name), name=name)


def _read(content: IO[bytes]) -> bytes:
    content.seek(0)
    return content.read()


def _opened(stored: bytes, name: str) -> bytes:
    version = int.from_bytes(stored[len(MAGIC) : _HEAD_BYTES])
    if not stored.startswith(MAGIC) or version not in settings.EVIDENCE_KEYS:
        raise FileDamaged(f"{name} was not written by this store, or its key is not kept.")
    nonce = stored[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES]
    sealed = stored[_HEAD_BYTES + _NONCE_BYTES :]
    try:
        return _cipher(version).decrypt(nonce, sealed, stored[:_HEAD_BYTES] + name.encode())
    except (InvalidTag, ValueError) as error:
        raise FileDamaged(f"{name} changed since it was written.") from error


def _cipher(version: int) -> AESGCM:
    """Return the cipher of a key version; its 256 bits are the hash of the secret text."""
    secret = settings.EVIDENCE_KEYS[version].encode()
    return AESGCM(hashlib.sha256(b"Ballast evidence 1" + secret).digest())
