"""A source may answer anything; what we do with it is bounded."""

import pytest

from oracles.sources.errors import SourceFailed
from oracles.sources.fetching import Fetcher, Limits, is_public


def failure(fetcher, url):
    with pytest.raises(SourceFailed) as failed:
        fetcher.fetch(url)
    assert str(failed.value).endswith(".")
    return failed.value.code


def test_a_document_is_fetched_whole(server, url, make_fetcher):
    server.answer = lambda source: source.reply(b'{"a": 1}')

    assert make_fetcher().fetch(url) == b'{"a": 1}'


def test_a_redirect_to_an_allowed_host_is_followed(server, url, make_fetcher):
    def answer(source):
        if source.path == "/prices":
            source.reply(status=302, Location="/moved?x=1")
        else:
            source.reply(b"[]")

    server.answer = answer

    assert make_fetcher().fetch(url) == b"[]"
    assert server.asked == ["/prices", "/moved?x=1"]


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://[::1]/",
        "http://source.example@169.254.169.254/",
    ],
)
def test_a_redirect_to_a_host_that_is_not_allowed_is_not_followed(
    server, url, make_fetcher, target
):
    server.answer = lambda source: source.reply(status=302, Location=target)

    assert failure(make_fetcher(), url) == "HOST_NOT_ALLOWED"


def test_a_redirect_to_another_scheme_is_not_followed(server, url, make_fetcher):
    server.answer = lambda source: source.reply(status=302, Location="file:///etc/passwd")

    assert failure(make_fetcher(), url) == "SCHEME_NOT_ALLOWED"


def test_an_allowed_host_that_leads_to_a_private_address_is_not_asked(server, url, make_fetcher):
    fetcher = make_fetcher(is_public=is_public)

    assert failure(fetcher, url) == "PRIVATE_ADDRESS"
    assert server.asked == []


def test_one_private_address_among_public_ones_is_enough(server, url, make_fetcher):
    fetcher = make_fetcher(
        is_public=is_public, resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"]
    )

    assert failure(fetcher, url) == "PRIVATE_ADDRESS"


def test_the_name_is_resolved_once_so_that_it_cannot_answer_otherwise_later(
    server, url, make_fetcher
):
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    fetcher = make_fetcher(resolve=lambda host, port: next(answers))

    fetcher.fetch(url)

    assert next(answers) == ["169.254.169.254"]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::"),
    ],
)
def test_addresses_off_the_public_internet_are_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_may_be_asked(address):
    assert is_public(address)


def test_html_is_no_answer(server, url, make_fetcher):
    server.answer = lambda source: source.reply(b"<html>", kind="text/html")

    assert failure(make_fetcher(), url) == "NOT_JSON"


@pytest.mark.parametrize("status", [204, 404, 500, 304])
def test_another_status_is_no_answer(server, url, make_fetcher, status):
    server.answer = lambda source: source.reply(b"", status=status)

    assert failure(make_fetcher(), url) == "HTTP_STATUS"


def test_five_gigabytes_are_refused_by_their_announcement(server, url, make_fetcher):
    server.answer = lambda source: source.reply(b"[", Content_Length=str(5 << 30))

    assert failure(make_fetcher(), url) == "TOO_LARGE"


def test_a_stream_without_end_is_cut(server, url, make_fetcher):
    def answer(source):
        source.send_response(200)
        source.send_header("Content-Type", "application/json")
        source.end_headers()
        while not server.over.is_set():
            source.wfile.write(b"[" * 10_000)

    server.answer = answer

    assert failure(make_fetcher(), url) == "TOO_LARGE"


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"])
def test_a_source_that_never_answers_whole_is_given_up(server, url, make_fetcher, begins):
    def answer(source):
        source.wfile.write(begins)
        server.over.wait()

    server.answer = answer
    fetcher = make_fetcher(limits=Limits(timeout_s=0.5))

    assert failure(fetcher, url) == "TIMED_OUT"


def test_a_source_that_dribbles_is_given_up_at_the_deadline(server, url, make_fetcher):
    def answer(source):
        source.send_response(200)
        source.send_header("Content-Type", "application/json")
        source.end_headers()
        while not server.over.wait(0.05):
            source.wfile.write(b" ")

    server.answer = answer
    fetcher = make_fetcher(limits=Limits(timeout_s=1))

    assert failure(fetcher, url) == "TIMED_OUT"


def test_redirects_have_an_end(server, url, make_fetcher):
    server.answer = lambda source: source.reply(status=302, Location="/prices")

    assert failure(make_fetcher(), url) == "TOO_MANY_REDIRECTS"
    assert len(server.asked) == 3


def test_what_is_no_http_is_no_answer(server, url, make_fetcher):
    server.answer = lambda source: source.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    assert failure(make_fetcher(), url) == "UNREACHABLE"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://source.example/", "SCHEME_NOT_ALLOWED"),
        ("ftp://source.example/", "SCHEME_NOT_ALLOWED"),
        ("https://other.example/", "HOST_NOT_ALLOWED"),
        ("https://user:secret@source.example/", "HOST_NOT_ALLOWED"),
        ("https://source.example:22/", "PORT_NOT_ALLOWED"),
        ("https://source.example:x/", "BAD_ADDRESS"),
        ("", "SCHEME_NOT_ALLOWED"),
    ],
)
def test_addresses_that_may_not_be_asked_are_refused(address, code):
    assert failure(Fetcher(hosts=frozenset({"source.example"})), address) == code
