"""Coded identifiers: golden vectors accepted in one spelling, each kind of damage refused."""

import hashlib
import string
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from stdnum.iso7064 import mod_97_10

from collateral.domain.identifiers import IdentifierError, identify

GOOD = [
    ("imei", "imei", "490154203237518", "490154203237518"),
    ("imei", "imei", " 49-015420-323751-8 ", "490154203237518"),
    ("mac", "mac", "D0-50-99-84-A2-A0", "D0:50:99:84:A2:A0"),
    ("mac", "mac", "d050.9984.a2a0", "D0:50:99:84:A2:A0"),
    ("iso6346", "container_number", "CSQU3054383", "CSQU3054383"),
    ("iso6346", "container_number", "csqu 305438 3", "CSQU3054383"),
    ("imo", "imo", "9319466", "9319466"),
    ("imo", "imo", "IMO 9319466", "9319466"),
    ("es_cadastre", "cadastre", "7837301VG8173B0001TT", "7837301VG8173B0001TT"),
    ("es_cadastre", "cadastre", "7837301 VG8173B 0001 TT", "7837301VG8173B0001TT"),
    ("lei", "lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"),
    ("lei", "lei", "5493 001k jtii gc8y 1r12", "5493001KJTIIGC8Y1R12"),
    ("isin", "isin", "US0378331005", "US0378331005"),
    ("eic", "eic", "22XWATTPLUS----G", "22XWATTPLUS----G"),
    ("eic", "eic", "22xwattplus----g", "22XWATTPLUS----G"),
    ("eic", "eic", "22XWATTPLUS‐–—−G", "22XWATTPLUS----G"),
    ("isin", "isin", "EZ3W4SSDV9V6", "EZ3W4SSDV9V6"),
    ("figi", "figi", "BBG000BLNQ16", "BBG000BLNQ16"),
    ("cusip", "cusip", "037833100", "037833100"),
    ("es_cups", "cups", "ES 1234 1234 5678 9012 JY 1F", "ES1234123456789012JY"),
    ("mac", "mac", "d05099-84a2a0", "D0:50:99:84:A2:A0"),
    ("mac", "mac", "D0 50 99 84 A2 A0", "D0:50:99:84:A2:A0"),
    ("mac", "mac", "００:1b:21:84:A2:A0", "00:1B:21:84:A2:A0"),
    ("imei", "imei", "４９０１５４２０３２３７５１８", "490154203237518"),
    ("imei", "imei", "٤٩٠١٥٤٢٠٣٢٣٧٥١٨", "490154203237518"),
    ("lei", "lei", "HWUPKR0MPOU8FGXBT394", "HWUPKR0MPOU8FGXBT394"),
    ("lei", "lei", "7LTWFZYICNSX8D621K86\r\n", "7LTWFZYICNSX8D621K86"),
    ("isin", "isin", "XTV15WLZJMF0", "XTV15WLZJMF0"),
    ("isin", "isin", "XS0104440986", "XS0104440986"),
    ("isin", "isin", "HK0000069689", "HK0000069689"),
    ("isin", "isin", "AU0000XVGZA3", "AU0000XVGZA3"),
    ("figi", "figi", "KKG000000M81", "KKG000000M81"),
    ("figi", "figi", "nrg92c84sb39", "NRG92C84SB39"),
    ("eic", "eic", "10YGB----------A", "10YGB----------A"),
    ("eic", "eic", "10YCS-SERBIATSOV", "10YCS-SERBIATSOV"),
    ("eic", "eic", "10T-1001-10010AS", "10T-1001-10010AS"),
    ("eic", "eic", "10Y1001A1001A92E", "10Y1001A1001A92E"),
    ("imo", "imo", "9229922", "9229922"),
    ("imo", "imo", "imo-1000019", "1000019"),
    ("iso6346", "container_number", "APZU 481209 0", "APZU4812090"),
    ("iso6346", "container_number", "CSQU 305438 [3]", "CSQU3054383"),
    ("iso6346", "container_number", "CSQU305438(3)", "CSQU3054383"),
    ("iso6346", "container_number", "CSQU 305438/3", "CSQU3054383"),
    ("imo", "imo", "IMO No. 9319466", "9319466"),
    ("imo", "imo", "IMO: 9319466", "9319466"),
    ("es_cadastre", "cadastre", "9872023 vh5797s 0001 wx", "9872023VH5797S0001WX"),
    ("lei", "lei", "5493\u200b001KJTIIGC8Y1R12\ufeff", "5493001KJTIIGC8Y1R12"),
]
BAD = [
    ("imei", "imei", "490154203237517", "IMEI_CHECKSUM"),
    ("imei", "imei", "49015420323751", "IMEI_LENGTH"),
    ("imei", "imei", "4901542032375123456", "IMEI_LENGTH"),
    ("lei", "lei", "5493001KJTIIGC8Y1R\u202e12", "PART_CHARSET"),
    ("lei", "lei", "5493001KJT\x00IIGC8Y1R12", "PART_CHARSET"),
    ("lei", "lei", "5493001KJTІIGC8Y1R12", "LEI_FORMAT"),
    ("lei", "lei", "5493001KJTıIGC8Y1R12", "LEI_FORMAT"),
    ("lei", "lei", "9" * 1_001, "VALUE_TOO_LONG"),
    ("lei", "lei", "0" * 20, "PLACEHOLDER_ID"),
    ("lei", "lei", "00000000000000000098", "PLACEHOLDER_ID"),
    ("isin", "isin", "US0000000002", "PLACEHOLDER_ID"),
    ("es_cadastre", "cadastre", "000000000000000000AA", "PLACEHOLDER_ID"),
    ("imo", "imo", "1111111", "PLACEHOLDER_ID"),
    ("imei", "imei", "123456789012347", "PLACEHOLDER_ID"),
    ("imei", "imei", "012345678901237", "PLACEHOLDER_ID"),
    ("mac", "mac", "AA:BB:CC:DD:EE:FF", "PLACEHOLDER_ID"),
    ("mac", "mac", "00:00:5E:00:53:01", "PLACEHOLDER_ID"),
    ("mac", "mac", "00-00-5e-00-01-0a", "PLACEHOLDER_ID"),
    ("mac", "mac", "D0:50:99:84:A2:A0:00:01", "MAC_LENGTH"),
    ("eic", "eic", "22X------------4", "PLACEHOLDER_ID"),
    ("iso6346", "container_number", "APZU4812091", "ISO6346_CHECKSUM"),
    ("iso6346", "container_number", "CSQU(305438)3", "ISO6346_LENGTH"),
    ("imo", "imo", "NO 9319466", "IMO_LENGTH"),
    ("mac", "mac", "D0:50-99:84:A2:A0", "MAC_FORMAT"),
    ("mac", "mac", "D:05099:84:A2:A0", "MAC_FORMAT"),
    ("mac", "mac", "00:11:22:33:44:55", "PLACEHOLDER_ID"),
    ("iso6346", "container_number", "CSQR3054380", "ISO6346_FORMAT"),
    ("iso6346", "container_number", "12SU3054383", "ISO6346_FORMAT"),
    ("iso6346", "container_number", "C_QU3054383", "ISO6346_FORMAT"),
    ("imo", "imo", "0123450", "IMO_FORMAT"),
    ("isin", "isin", "US03783310O5", "ISIN_CHECKSUM"),
    ("isin", "isin", "QQ0378331003", "ISIN_COUNTRY"),
    ("figi", "figi", "BBG000BLNQ14", "FIGI_CHECKSUM"),
    ("figi", "figi", "BBG000ALNQ16", "FIGI_FORMAT"),
    ("figi", "figi", "KYG000BLNQ16", "FIGI_FORMAT"),
    ("cusip", "cusip", "037833101", "CUSIP_CHECKSUM"),
    ("es_cups", "cups", "ES1234123456789012JX", "CUPS_CHECKSUM"),
    ("eic", "eic", "22QWATTPLUS----G", "EIC_FORMAT"),
    ("device_cert", "device_certificate", "ab" * 31, "CERTIFICATE_FORMAT"),
    ("device_cert", "device_certificate", "-----BEGIN CERTIFICATE-----", "CERTIFICATE_FORMAT"),
    ("imei", "imei", "49015420323751A", "IMEI_FORMAT"),
    ("imei", "imei", "000000000000000", "PLACEHOLDER_ID"),
    ("mac", "mac", "D0-50-99-84-A2", "MAC_LENGTH"),
    ("mac", "mac", "D1-50-99-84-A2-A0", "MAC_FORMAT"),
    ("mac", "mac", "D0-50-99-84-A2-G0", "MAC_FORMAT"),
    ("mac", "mac", "00:00:00:00:00:00", "PLACEHOLDER_ID"),
    ("mac", "mac", "ff:ff:ff:ff:ff:ff", "MAC_FORMAT"),
    ("iso6346", "container_number", "CSQU3054384", "ISO6346_CHECKSUM"),
    ("iso6346", "container_number", "CSQU305438", "ISO6346_LENGTH"),
    ("iso6346", "container_number", "CSQX3054383", "ISO6346_FORMAT"),
    ("imo", "imo", "8814274", "IMO_CHECKSUM"),
    ("imo", "imo", "931946", "IMO_LENGTH"),
    ("es_cadastre", "cadastre", "7837301VG8173B0001TA", "CADASTRE_CHECKSUM"),
    ("es_cadastre", "cadastre", "7837301VG8173B0001T", "CADASTRE_LENGTH"),
    ("lei", "lei", "HWUPKR0MPOU8FGXBT395", "LEI_CHECKSUM"),
    ("lei", "lei", "5493001KJTIIGC8Y1R1", "LEI_LENGTH"),
    ("lei", "lei", "5493001KJTIIGC8Y1R1Z", "LEI_FORMAT"),
    ("isin", "isin", "US0378331003", "ISIN_CHECKSUM"),
    ("isin", "isin", "US037833100", "ISIN_LENGTH"),
    ("eic", "eic", "22XWATTPLUS----X", "EIC_CHECKSUM"),
    ("eic", "eic", "22XWATTPLUS---G", "EIC_LENGTH"),
]


@pytest.mark.parametrize(("scheme", "part", "raw", "canonical"), GOOD)
def test_a_valid_code_has_one_canonical_spelling(scheme, part, raw, canonical):
    found = identify(scheme=scheme, values={part: raw})

    assert found.scheme == scheme
    assert found.canonical == canonical
    assert not found.flags


@pytest.mark.parametrize(("scheme", "part", "raw", "code"), BAD)
def test_a_damaged_code_is_refused_with_its_reason(scheme, part, raw, code):
    with pytest.raises(IdentifierError) as refusal:
        identify(scheme=scheme, values={part: raw})

    assert refusal.value.code == code
    assert refusal.value.sentence.endswith(".")


@pytest.mark.parametrize(("scheme", "part", "raw", "canonical"), GOOD[::2])
def test_the_canonical_spelling_is_its_own_canonical_spelling(scheme, part, raw, canonical):
    again = identify(scheme=scheme, values={part: canonical})

    assert again.canonical == canonical


def test_an_imei_with_software_version_names_the_same_device():
    short = identify(scheme="imei", values={"imei": "490154203237518"})

    long = identify(scheme="imei", values={"imei": "4901542032375123"})

    assert long.canonical == short.canonical
    assert long.flags == {"IMEISV_NO_CHECK"}


def test_a_containers_check_of_ten_is_written_as_zero():
    found = identify(scheme="iso6346", values={"container_number": remainder_of_ten()})

    assert found.canonical[-1] == "0"


def remainder_of_ten():
    """Return a container number whose sum leaves 10, by the standard's own arithmetic."""
    values = dict(zip(string.ascii_uppercase, (n for n in range(10, 39) if n % 11), strict=True))
    values |= {str(n): n for n in range(10)}
    return next(
        f"{body}0"
        for body in (f"APZU{n:06}" for n in range(481_000, 482_000))
        if sum(values[one] << place for place, one in enumerate(body)) % 11 == 10
    )


def test_a_test_type_code_is_flagged():
    found = identify(scheme="imei", values={"imei": "004999010640000"})

    assert found.flags == {"IMEI_TEST_RANGE"}


@pytest.mark.parametrize(("residue_twin", "good"), [("00", "97"), ("01", "98"), ("99", "02")])
def test_check_digits_that_no_issuer_computes_are_refused(residue_twin, good):
    body = next(
        text
        for text in (f"5493001KJTIIGC{n:04}" for n in range(1_000))
        if mod_97_10.calc_check_digits(text) == good
    )

    accepted = identify(scheme="lei", values={"lei": body + good})

    assert accepted.canonical == body + good
    with pytest.raises(IdentifierError, match="fails its check"):
        identify(scheme="lei", values={"lei": body + residue_twin})


def test_a_certificate_and_the_hash_of_its_key_are_one_device():
    pem, fingerprint = certificate()

    by_file = identify(scheme="device_cert", values={"device_certificate": pem})
    by_hash = identify(scheme="device_cert", values={"device_certificate": fingerprint.upper()})

    assert by_file == by_hash
    assert by_file.canonical == fingerprint


def certificate():
    """Return a self-signed certificate as PEM, and the SHA-256 of its public key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .sign(key, SHA256())
    )
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return made.public_bytes(Encoding.PEM).decode(), hashlib.sha256(public).hexdigest()


def test_an_address_set_by_software_is_flagged():
    found = identify(scheme="mac", values={"mac": "D2:50:99:84:A2:A0"})

    assert found.flags == {"MAC_LOCALLY_ADMINISTERED"}


@pytest.mark.parametrize("position", range(20))
def test_no_single_wrong_character_of_an_lei_passes(position):
    good = "5493001KJTIIGC8Y1R12"
    swapped = {"digit": "78", "letter": "QZ"}["digit" if good[position].isdigit() else "letter"]
    wrong = swapped[0] if good[position] != swapped[0] else swapped[1]

    with pytest.raises(IdentifierError):
        identify(scheme="lei", values={"lei": good[:position] + wrong + good[position + 1 :]})


@pytest.mark.parametrize("position", range(15))
def test_no_single_wrong_digit_of_an_imei_passes(position):
    good = "490154203237518"
    wrong = str((int(good[position]) + 1) % 10)

    with pytest.raises(IdentifierError):
        identify(scheme="imei", values={"imei": good[:position] + wrong + good[position + 1 :]})
