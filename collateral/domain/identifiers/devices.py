"""Identifiers of radio and network devices: IMEI, MAC address, and the key inside a device."""

import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stdnum import luhn

from collateral.domain.identifiers.base import Identifier, IdentifierError, compact, shown

MIN_DISTINCT = 3
_IMEI_DIGITS = 15
_IMEISV_DIGITS = 16
_BODY_DIGITS = 14
# Reporting body 00 hands out type codes for test equipment only (GSMA TS.06).
_TEST_BODY = "00"
_IMEI_SEPARATORS = str.maketrans("", "", "/.")
_MAC_SHAPES = re.compile(
    r"[0-9A-F]{12}|[0-9A-F]{2}(?:([:\-. ])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}"
    r"|[0-9A-F]{3}(?:\.[0-9A-F]{3}){3}|[0-9A-F]{4}([.:\-])[0-9A-F]{4}\2[0-9A-F]{4}"
    r"|[0-9A-F]{6}[:\- ][0-9A-F]{6}"
)
_MAC_MARKS = str.maketrans("", "", ":-. ")
_MAC_DIGITS = 12
_COUNTING = "01234567890123456789"
_MULTICAST_BIT = 0x01
_LOCAL_BIT = 0x02
# Addresses of examples, emulators and unset firmware.
_FILLER_MACS = frozenset(
    {
        "001122334455",
        "123456789ABC",
        "020000000000",
        "000000000001",
        "00DEADBEEF00",
        "DEADBEEFCAFE",
        "CAFEBABEFACE",
        "AABBCCDDEEFF",
        "00AABBCCDDEE",
        "ABCDEFABCDEF",
        "000102030405",
        "0A0B0C0D0E0F",
        "001A2B3C4D5E",
    }
)
# Ranges that RFC 9542 keeps for documents, and those that routers share between them (VRRP).
_SHARED_MACS = ("00005E0053", "00005E0001", "00005E0002")
_FINGERPRINT = re.compile(r"[0-9A-F]{64}")
MAX_CERTIFICATE_LENGTH = 16_384


def modem(raw: str) -> Identifier:
    """Return the canonical IMEI (3GPP TS 23.003) of a device: type code, serial, Luhn digit.

    An IMEISV (16 digits) has no check digit and changes with the software, so only its first 14
    digits name the device: they are completed to the IMEI, and that is flagged.
    """
    text = compact(raw).translate(_IMEI_SEPARATORS)
    if len(text) not in (_IMEI_DIGITS, _IMEISV_DIGITS):
        raise IdentifierError(
            "IMEI_LENGTH",
            f"An IMEI has {_IMEI_DIGITS} digits ({_IMEISV_DIGITS} with a software version); "
            f"{shown(text)} has {len(text)}.",
        )
    if not (text.isascii() and text.isdigit()):
        raise IdentifierError("IMEI_FORMAT", f"{shown(text)} is no IMEI: it has digits only.")
    body = text[:_BODY_DIGITS]
    if len(set(body)) < MIN_DISTINCT or body in _COUNTING:
        raise IdentifierError(
            "PLACEHOLDER_ID", f"IMEI {text} repeats a digit or counts: it looks like a placeholder."
        )
    flags = {"IMEI_TEST_RANGE"} if body.startswith(_TEST_BODY) else set()
    canonical = body + luhn.calc_check_digit(body)
    if len(text) == _IMEISV_DIGITS:
        flags.add("IMEISV_NO_CHECK")
    elif text != canonical:
        raise IdentifierError(
            "IMEI_CHECKSUM",
            f"IMEI {text} fails its check digit: it ends in {text[-1]}, {canonical[-1]} expected. "
            "Compare it with the device (dial *#06#).",
        )
    return Identifier("imei", canonical, frozenset(flags))


def network_device(raw: str) -> Identifier:
    """Return the canonical EUI-48 address (IEEE 802) of one device (unicast)."""
    text = compact(_dashed(raw), keep_dashes=True)
    digits = text.translate(_MAC_MARKS)
    if len(digits) != _MAC_DIGITS:
        raise IdentifierError(
            "MAC_LENGTH",
            f"A MAC address has {_MAC_DIGITS} hexadecimal digits, {shown(raw)} has {len(digits)}.",
        )
    if not _MAC_SHAPES.fullmatch(text):
        raise IdentifierError(
            "MAC_FORMAT", f"{shown(raw)} is no MAC address such as D0:50:99:84:A2:A0."
        )
    octets = [digits[i : i + 2] for i in range(0, _MAC_DIGITS, 2)]
    canonical = ":".join(octets)
    first = int(octets[0], 16)
    if first & _MULTICAST_BIT:
        raise IdentifierError(
            "MAC_FORMAT", f"{canonical} is a multicast address; a device has a unicast address."
        )
    if len(set(octets)) == 1 or digits in _FILLER_MACS or digits.startswith(_SHARED_MACS):
        raise IdentifierError(
            "PLACEHOLDER_ID", f"{canonical} is a placeholder; read the address from the device."
        )
    # A locally administered address can be set by software, so it names the device weakly.
    flags = frozenset({"MAC_LOCALLY_ADMINISTERED"}) if first & _LOCAL_BIT else frozenset[str]()
    return Identifier("mac", canonical, flags)


def _dashed(raw: str) -> str:
    """Return the text with single blanks between digits as dashes: they set groups apart."""
    return re.sub(r"(?<=\w)[^\S\n](?=\w)", "-", raw.strip())


def device_certificate(raw: str) -> Identifier:
    """Return the SHA-256 of the public key in a device's certificate (PEM), or that hash itself.

    The key, not the certificate, names the device: a renewed certificate keeps it.
    """
    if "BEGIN CERTIFICATE" not in raw:
        text = compact(raw).replace(":", "").removeprefix("0X")
        if not _FINGERPRINT.fullmatch(text) or len(set(text)) < MIN_DISTINCT:
            raise IdentifierError(
                "CERTIFICATE_FORMAT",
                "Give the device's certificate as PEM, or the SHA-256 of its public key: "
                "64 hexadecimal digits.",
            )
        return Identifier("device_cert", text.lower())
    return Identifier("device_cert", public_key_fingerprint(_certificate(raw)))


def _certificate(raw: str) -> x509.Certificate:
    try:
        if len(raw) > MAX_CERTIFICATE_LENGTH:
            raise ValueError("too long")
        return x509.load_pem_x509_certificate(raw.encode())
    except ValueError as error:
        raise IdentifierError(
            "CERTIFICATE_FORMAT", "The certificate cannot be read; paste the device's own PEM file."
        ) from error


def public_key_fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate's public key (SubjectPublicKeyInfo) in hexadecimal."""
    try:
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, ValueError) as error:
        raise IdentifierError(
            "CERTIFICATE_FORMAT", "The certificate's key is of a kind that devices here do not use."
        ) from error
    digest = Hash(SHA256())
    digest.update(key)
    return digest.finalize().hex()
