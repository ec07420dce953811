"""Several nodes as one: who is asked, who is passed over, and what counts as taken."""

import pytest

from contracts.endpoints import Endpoints, Health, by_most, endpoints
from contracts.errors import CallReverted, ChainError, ChainRejected, ChainUnavailable
from contracts.rpc import Rpc

SILENCE = ChainUnavailable("no answer")
REFUSAL = ChainRejected(-32_000, "nonce too low")
SEND = [("eth_sendRawTransaction", ("0x01",)), ("eth_sendRawTransaction", ("0x02",))]
HASHES = ["0xaa", "0xbb"]


class Node:
    """A node that gives the same answer to everything, or its errors."""

    def __init__(self, name, *answers):
        self.name, self.url, self.answers, self.asked = name, f"http://{name}", answers, 0

    def request(self, method, *params):
        self.asked += 1
        return self._told(self.answers[0])

    def batch(self, calls):
        self.asked += 1
        if self.answers == (SILENCE,):
            raise SILENCE
        return [self.answers[n % len(self.answers)] for n in range(len(calls))]

    def batch_strict(self, calls):
        return [self._told(each) for each in self.batch(calls)]

    def _told(self, answer):
        if isinstance(answer, ChainError):
            raise answer
        return answer


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_the_first_node_that_answers_is_asked_and_no_other():
    first, second = Node("a", 1), Node("b", 2)

    assert Endpoints([first, second]).request("eth_chainId") == 1
    assert second.asked == 0


@pytest.mark.parametrize("trouble", [SILENCE, REFUSAL])
def test_another_node_is_asked_when_one_is_silent_or_refuses(trouble):
    nodes = Endpoints([Node("a", trouble), Node("b", 2)])

    assert nodes.request("eth_chainId") == 2
    assert nodes.batch([("eth_chainId", ())]) == [2]


def test_a_revert_is_the_contracts_answer_and_no_other_node_is_asked():
    second = Node("b", 2)

    with pytest.raises(CallReverted):
        Endpoints([Node("a", CallReverted("Paused", {})), second]).request("eth_call")
    assert second.asked == 0


def test_a_refusal_says_more_than_silence():
    with pytest.raises(ChainRejected):
        Endpoints([Node("a", SILENCE), Node("b", REFUSAL)]).request("eth_call")


def test_only_what_was_refused_is_asked_again():
    second = Node("b", "better")

    found = Endpoints([Node("a", "good", REFUSAL), second]).batch([("x", ()), ("y", ())])

    assert found == ["good", "better"]


def test_what_all_refuse_stays_an_error_in_its_place():
    nodes = Endpoints([Node("a", "good", REFUSAL), Node("b", REFUSAL)])

    assert nodes.batch([("x", ()), ("y", ())]) == ["good", REFUSAL]


def test_when_all_are_silent_that_is_raised():
    with pytest.raises(ChainUnavailable):
        Endpoints([Node("a", SILENCE), Node("b", SILENCE)]).batch([("x", ())])


def test_a_node_is_passed_over_after_two_silences_and_asked_again_later(clock):
    silent, good = Node("a", SILENCE), Node("b", 2)
    nodes = Endpoints([silent, good], clock)
    for _ in range(5):
        nodes.request("x")
    assert silent.asked == 2

    clock.now = 5.0
    nodes.request("x")

    assert silent.asked == 3


def test_a_refusal_is_an_answer_and_passes_nobody_over(clock):
    refusing = Node("a", REFUSAL)
    nodes = Endpoints([refusing, Node("b", 2)], clock)

    for _ in range(5):
        nodes.request("x")

    assert refusing.asked == 5


def test_nodes_that_are_all_passed_over_are_asked_all_the_same(clock):
    only = Node("a", SILENCE)
    nodes = Endpoints([only], clock)

    for _ in range(4):
        with pytest.raises(ChainUnavailable):
            nodes.request("x")

    assert only.asked == 4


def test_each_further_silence_passes_a_node_over_for_longer_but_never_for_more_than_a_minute():
    health, seconds = Health(), []
    for _ in range(8):
        health.failed(100.0)
        seconds.append(max(health.passed_over_until - 100.0, 0))

    assert seconds == [0, 5, 10, 20, 40, 60, 60, 60]
    assert not health.is_good(159.9)
    assert health.is_good(160.0)
    health.answered()
    assert health.is_good(0.0)


@pytest.mark.parametrize("trouble", [SILENCE, REFUSAL, "0xwrong", None])
def test_what_one_node_does_not_take_is_handed_to_the_next(trouble):
    nodes = Endpoints([Node("a", trouble), Node("b", *HASHES)])

    assert nodes.broadcast(SEND, HASHES, everywhere=False) == HASHES


def test_what_the_first_has_taken_is_handed_to_nobody_else():
    second = Node("b", *HASHES)

    Endpoints([Node("a", *HASHES), second]).broadcast(SEND, HASHES, everywhere=False)

    assert second.asked == 0


def test_everywhere_means_every_node_and_one_that_takes_it_is_enough():
    first, last = Node("a", *HASHES), Node("c", REFUSAL)
    nodes = Endpoints([first, Node("b", SILENCE), last])

    assert nodes.broadcast(SEND, HASHES, everywhere=True) == HASHES
    assert (first.asked, last.asked) == (1, 1)


def test_what_nobody_takes_has_the_first_ones_reason():
    nodes = Endpoints([Node("a", SILENCE), Node("b", REFUSAL)])

    assert nodes.broadcast(SEND, HASHES, everywhere=False) == [SILENCE, SILENCE]


def test_a_hash_that_is_not_the_transactions_is_an_error():
    (first, _) = Endpoints([Node("a", "0xwrong")]).broadcast(SEND, HASHES, everywhere=False)

    assert isinstance(first, ChainRejected)
    assert "0xwrong" in str(first)


def test_every_node_that_answers_is_heard():
    nodes = Endpoints([Node("a", 1), Node("b", SILENCE), Node("c", REFUSAL), Node("d", 4)])

    assert nodes.each([("x", ())]) == [[1], [4]]


def test_a_silent_node_is_not_waited_for_by_those_who_would_hear_all(clock):
    silent = Node("a", SILENCE)
    nodes = Endpoints([silent, Node("b", 2)], clock)

    for _ in range(4):
        assert nodes.each([("x", ())]) == [[2]]

    assert silent.asked == 2


@pytest.mark.parametrize(
    ("hashes", "expected"),
    [
        ([], None),
        ([None, None], None),
        (["a"], "a"),
        (["a", None], "a"),
        (["a", "b"], None),
        (["a", "b", "b"], "b"),
        (["a", "a", "b", "b"], None),
    ],
)
def test_a_block_is_what_more_than_half_of_those_show_that_have_it(hashes, expected):
    assert by_most([each and {"hash": each} for each in hashes]) == expected


def test_one_address_is_one_node_and_several_are_several():
    assert isinstance(endpoints("http://a"), Rpc)
    assert endpoints("http://a, http://b").url == "http://a,http://b"


def test_a_nodes_name_hides_the_key_in_its_address():
    assert Rpc("https://user:secret@node.example:1/v3/key").name == "https://node.example:1"
