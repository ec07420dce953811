"""Settings from the environment."""

import pytest

from config.env import DEVELOPMENT_MNEMONIC, EnvironmentInvalid, read_environment


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "RPC_URL", "RELAYER_MNEMONIC", "CHAIN_ID"):
        monkeypatch.delenv(name, raising=False)


def test_with_nothing_set_every_server_is_embedded() -> None:
    environment = read_environment()

    assert environment.embedded == {"postgres", "redis", "chain"}
    assert environment.chain_id == 31337


def test_a_url_replaces_an_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RPC_URL", "https://node.example")

    environment = read_environment()

    assert environment.embedded == {"postgres", "redis"}
    assert environment.rpc_url == "https://node.example"


@pytest.mark.parametrize(("profile", "blocks"), [("local", 1), ("ethereum", 64), ("monad", 2)])
def test_a_chain_is_as_deep_as_its_profile_says_until_it_is_final(
    monkeypatch: pytest.MonkeyPatch, profile: str, blocks: int
) -> None:
    monkeypatch.delenv("CHAIN_CONFIRMATIONS", raising=False)
    monkeypatch.setenv("CHAIN_PROFILE", profile)

    assert read_environment().chain_confirmations == blocks


def test_the_depth_of_finality_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIN_CONFIRMATIONS", "7")
    monkeypatch.setenv("CHAIN_PROFILE", "ethereum")

    assert read_environment().chain_confirmations == 7


def test_all_that_is_malformed_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIN_ID", "one")
    monkeypatch.setenv("CHAIN_CONFIRMATIONS", "few")
    monkeypatch.setenv("DEBUG", "perhaps")

    with pytest.raises(EnvironmentInvalid) as caught:
        read_environment()

    lines = str(caught.value).splitlines()
    assert sorted(line.split()[0] for line in lines) == ["CHAIN_CONFIRMATIONS", "CHAIN_ID", "DEBUG"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "postgresql://host:port/name"),
        ("REDIS_URL", "amqp://host"),
        ("RPC_URL", "ws://host"),
        ("CHAIN_CONFIRMATIONS", "0"),
    ],
)
def test_a_value_that_cannot_work_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(EnvironmentInvalid, match=name):
        read_environment()


def test_development_keys_refuse_any_chain_but_the_local_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAIN_ID", "1")
    monkeypatch.setenv("RPC_URL", "https://node.example")
    monkeypatch.setenv("RELAYER_MNEMONIC", DEVELOPMENT_MNEMONIC)

    with pytest.raises(EnvironmentInvalid, match="public development mnemonic"):
        read_environment()


def test_generated_secrets_refuse_any_chain_but_the_local_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAIN_ID", "1")
    monkeypatch.setenv("RPC_URL", "https://node.example")
    monkeypatch.setenv("RELAYER_MNEMONIC", "a mnemonic of our own")
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.delenv("BALLAST_ANCHOR_KEY")

    with pytest.raises(EnvironmentInvalid) as caught:
        read_environment()

    assert [line.split()[0] for line in str(caught.value).splitlines()] == [
        "SECRET_KEY",
        "BALLAST_ANCHOR_KEY",
        "PUBLIC_URL",
    ]


def test_every_version_of_the_anchor_key_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALLAST_ANCHOR_KEY", "1:old,2:new")

    environment = read_environment()

    assert environment.anchor_keys == {1: "old", 2: "new"}
