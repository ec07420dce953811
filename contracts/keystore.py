"""Keys in encrypted files."""

import json
import os
from pathlib import Path

from eth_keyfile.keyfile import decode_keyfile_json

from contracts.errors import SignerUnavailable
from contracts.wallet import LocalWallet

PASSWORD_VARIABLE = "KEYSTORE_PASSWORD"


def keystore(path: Path) -> LocalWallet:
    """Return the key in an encrypted file (Web3 Secret Storage, version 3)."""
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        raise SignerUnavailable(f"{PASSWORD_VARIABLE} is not set, so {path} cannot be opened.")
    try:
        key = decode_keyfile_json(json.loads(path.read_text()), password.encode())
    except OSError as error:
        raise SignerUnavailable(f"The key file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SignerUnavailable(
            f"The key file {path} cannot be opened: it is no keystore of version 3, or "
            f"{PASSWORD_VARIABLE} is not its password."
        ) from error
    return LocalWallet(bytes(key))
