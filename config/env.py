"""Typed settings from the environment; everything that is wrong is reported at once."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from environs import Env, EnvValidationError

from config import secrets
from config.mail import SCHEMES
from config.paths import POSTGRES_RUN_DIR, REDIS_SOCKET
from config.stack.ports import remembered_port
from settlement.domain.profiles import PROFILES

LOCAL_CHAIN_ID = 31337
MAX_PROXIES = 5
CHAIN_PROFILES = tuple(PROFILES)
# The test mnemonic of Foundry and Hardhat: public, so worth nothing off the local chain.
DEVELOPMENT_MNEMONIC = "test test test test test test test test test test test junk"
EMBEDDED_DATABASE_URL = f"postgresql://ballast@/ballast?host={POSTGRES_RUN_DIR}"
EMBEDDED_REDIS_URL = f"redis+socket://{REDIS_SOCKET}"


DEFAULTS: dict[str, object] = {
    "debug": False,
    "trusted_proxies": 0,
    "chain_id": LOCAL_CHAIN_ID,
    "chain_confirmations": None,
    "chain_profile": "local",
    "celery_eager": False,
}


class EnvironmentInvalid(Exception):
    """The environment holds unusable settings; the message has one sentence for each."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the environment decides; every other setting follows from it."""

    database_url: str
    redis_url: str
    rpc_url: str  # of several nodes: separated by commas
    rpc_witness_urls: list[str]
    embedded: frozenset[str]
    secret_key: str
    anchor_keys: dict[int, str]
    evidence_keys: dict[int, str]
    debug: bool
    allowed_hosts: list[str]
    public_url: str
    trusted_proxies: int
    device_roots: str
    email_url: str
    email_from: str
    chain_id: int
    chain_confirmations: int
    chain_profile: str
    relayer_mnemonic: str
    celery_eager: bool


def read_environment() -> Environment:
    """Return the settings that the environment gives, or raise with all that is wrong."""
    env = Env(eager=False)
    values = {
        "database_url": env.str("DATABASE_URL", ""),
        "redis_url": env.str("REDIS_URL", ""),
        "rpc_url": env.str("RPC_URL", ""),
        "rpc_witness_urls": env.list("RPC_WITNESS_URLS", []),
        "secret_key": env.str("SECRET_KEY", ""),
        "anchor_key": env.str("BALLAST_ANCHOR_KEY", ""),
        "evidence_key": env.str("BALLAST_EVIDENCE_KEY", ""),
        "debug": env.bool("DEBUG", False),
        "allowed_hosts": env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]),
        "public_url": env.str("PUBLIC_URL", "").rstrip("/"),
        "trusted_proxies": env.int("TRUSTED_PROXIES", 0),
        "device_roots": env.str("DEVICE_ROOTS", ""),
        "email_url": env.str("EMAIL_URL", "console:"),
        "email_from": env.str("EMAIL_FROM", "Ballast <ballast@localhost>"),
        "chain_id": env.int("CHAIN_ID", LOCAL_CHAIN_ID),
        "chain_confirmations": env.int("CHAIN_CONFIRMATIONS", None),
        "chain_profile": env.str("CHAIN_PROFILE", "local"),
        "relayer_mnemonic": env.str("RELAYER_MNEMONIC", DEVELOPMENT_MNEMONIC),
        "celery_eager": env.bool("CELERY_TASK_ALWAYS_EAGER", False),
    }
    malformed = _malformed(env)
    # A value that cannot be read is judged as if it were unset, so that all else is told too.
    readable = values | {key: DEFAULTS[key] for key in malformed if key in DEFAULTS}
    problems = [*malformed.values(), *_contradictions(readable)]
    if problems:
        raise EnvironmentInvalid("\n".join(problems))
    return _with_defaults(values)


def _malformed(env: Env) -> dict[str, str]:
    """Return a sentence for each variable that cannot be read, by the setting's name."""
    try:
        env.seal()
    except EnvValidationError as error:
        return {
            name.lower(): f"{name} is not valid: {' '.join(map(str, said))} Correct or unset it."
            for name, said in error.error_messages.items()
        }
    return {}


def _contradictions(values: dict) -> list[str]:
    """Return one sentence for every setting that cannot be used."""
    named = [(name, url) for name in URL_SCHEMES for url in _urls(name, values[name])]
    problems = [
        f"{name.upper()} must begin with one of {', '.join(URL_SCHEMES[name])}; it begins with "
        f"'{urlsplit(url).scheme}'. Correct or unset it."
        for name, url in named
        if url and urlsplit(url).scheme not in URL_SCHEMES[name]
    ]
    problems += [
        f"{name.upper()} is not a well-formed address. Correct or unset it."
        for name, url in named
        if not _is_well_formed(url)
    ]
    problems += [
        f"RPC_WITNESS_URLS holds '{url}', which is no address of a node. Correct or unset it."
        for url in values["rpc_witness_urls"]
        if urlsplit(url).scheme not in URL_SCHEMES["rpc_url"] or not _is_well_formed(url)
    ]
    confirmations = values["chain_confirmations"]
    if confirmations is not None and confirmations < 1:
        problems.append("CHAIN_CONFIRMATIONS must be at least 1: a block confirms itself.")
    if not 0 <= values["trusted_proxies"] <= MAX_PROXIES:
        problems.append(
            f"TRUSTED_PROXIES must be from 0 to {MAX_PROXIES}: the number of your own proxies that "
            "add to X-Forwarded-For."
        )
    if values["chain_profile"] not in CHAIN_PROFILES:
        problems.append(
            f"CHAIN_PROFILE must be one of {', '.join(CHAIN_PROFILES)}; it is "
            f"'{values['chain_profile']}'."
        )
    return problems + _development_secrets(values)


def _urls(name: str, value: str) -> list[str]:
    """Return the addresses that a setting names; only nodes may be several."""
    return [url.strip() for url in value.split(",")] if name == "rpc_url" else [value]


def _is_well_formed(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _development_secrets(values: dict) -> list[str]:
    """Development keys and generated secrets serve the local chain only."""
    chain_id = values["chain_id"]
    if chain_id == LOCAL_CHAIN_ID:
        return []
    problems = []
    if values["relayer_mnemonic"] == DEVELOPMENT_MNEMONIC:
        problems.append(
            f"RELAYER_MNEMONIC is the public development mnemonic, which serves only chain "
            f"{LOCAL_CHAIN_ID}; CHAIN_ID is {chain_id}. Set a mnemonic of your own."
        )
    problems += [
        f"{name} must be set when CHAIN_ID is {chain_id}: a generated development value serves "
        f"only chain {LOCAL_CHAIN_ID}."
        for name, key in (
            ("SECRET_KEY", "secret_key"),
            ("BALLAST_ANCHOR_KEY", "anchor_key"),
            ("BALLAST_EVIDENCE_KEY", "evidence_key"),
        )
        if not values[key]
    ]
    if not values["public_url"]:
        problems.append(
            f"PUBLIC_URL must be set when CHAIN_ID is {chain_id}: wallets sign in to that address."
        )
    if not values["rpc_url"]:
        problems.append(
            f"RPC_URL must be set when CHAIN_ID is {chain_id}: the embedded chain is "
            f"{LOCAL_CHAIN_ID}."
        )
    return problems


def _with_defaults(values: dict) -> Environment:
    """Point whatever is unset to this checkout's embedded stack and generated secrets."""
    parts = {"postgres": "database_url", "redis": "redis_url", "chain": "rpc_url"}
    embedded = frozenset(part for part, name in parts.items() if not values[name])
    anchor_key = values.pop("anchor_key") or secrets.generated("anchor_key")
    evidence_key = values.pop("evidence_key") or secrets.generated("evidence_key")
    defaults: dict[str, object] = {
        "database_url": values["database_url"] or EMBEDDED_DATABASE_URL,
        "redis_url": values["redis_url"] or EMBEDDED_REDIS_URL,
        "rpc_url": values["rpc_url"] or f"http://127.0.0.1:{remembered_port('chain')}",
        "secret_key": values["secret_key"] or secrets.generated("secret_key"),
    }
    if values["chain_confirmations"] is None:
        defaults["chain_confirmations"] = PROFILES[values["chain_profile"]].finality_blocks
    return Environment(
        **{**values, **defaults},
        anchor_keys=_key_versions(anchor_key),
        evidence_keys=_key_versions(evidence_key),
        embedded=embedded,
    )


def _key_versions(text: str) -> dict[int, str]:
    """Read `key` (version 1) or `1:key,2:key`; every version is kept for the anchors it made."""
    if ":" not in text:
        return {1: text}
    return {int(version): key for version, key in (part.split(":", 1) for part in text.split(","))}


URL_SCHEMES = {
    "database_url": ("postgres", "postgresql"),
    "redis_url": ("redis", "rediss", "redis+socket", "unix"),
    "rpc_url": ("http", "https"),
    "public_url": ("http", "https"),
    "email_url": SCHEMES,
}
