"""The client against a real server: what is sent, and each way in which no answer comes."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bot import wiring
from listener.connectors.deadline import Connections, Deadline
from rewards.drafting.endpoint import Endpoint, EndpointError
from rewards.drafting.settings import DraftingSettings
from tests.peers.http import Reply
from tests.peers.language_model import LanguageModel, completion

KEY = "sk-" + "a" * 40
MESSAGES = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    made = LanguageModel("Hello.")
    yield made
    made.close()


def an_endpoint(url: str, key: str | None = KEY, seconds: int = 5) -> Endpoint:
    settings = DraftingSettings(url=url, model="small-1", timeout_seconds=seconds)
    return Endpoint(settings, key, lambda wait: Deadline(wait, Connections()))


def failure(endpoint: Endpoint) -> str:
    with pytest.raises(EndpointError) as failed:
        endpoint.complete(MESSAGES)
    assert KEY not in str(failed.value)
    assert failed.value.__cause__ is None
    return str(failed.value)


def test_completion_is_asked_for_and_read(model: LanguageModel) -> None:
    assert an_endpoint(model.url).complete(MESSAGES) == "Hello."
    (asked,) = model.server.asked
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.json() == {
        "model": "small-1",
        "messages": MESSAGES,
        "stream": False,
        "max_tokens": 500,
    }


def test_endpoint_without_a_key_gets_no_header(model: LanguageModel) -> None:
    an_endpoint(model.url + "/", None).complete(MESSAGES)
    assert "authorization" not in model.server.asked[0].headers


def test_no_proxy_hears_what_is_said_to_a_host_of_ours(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert an_endpoint(model.url).complete(MESSAGES) == "Hello."


def test_key_is_in_no_repr() -> None:
    assert KEY not in repr(an_endpoint("https://api.example.org"))
    drafter = wiring.drafter(
        DraftingSettings(url="https://api.example.org", model="m"),
        {"LAURELS_DRAFTING_API_KEY": KEY},
    )
    assert KEY not in repr(drafter)


def test_limit_goes_by_its_other_name_where_the_model_wants_it(model: LanguageModel) -> None:
    model.reply = Reply({"error": {"message": "use 'max_completion_tokens' instead"}}, 400)
    assert "HTTP 400" in failure(an_endpoint(model.url))
    first, second = (json.loads(one.body) for one in model.server.asked)
    assert "max_tokens" in first
    assert second["max_completion_tokens"] == 500
    assert "max_tokens" not in second


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply({"error": KEY}, 401), "refuses the key (HTTP 401); check LAURELS_DRAFTING_API_KEY."),
        (Reply({}, 403), "refuses the key (HTTP 403)"),
        (Reply({}, 404), "has no small-1 (HTTP 404); check drafting.url and drafting.model."),
        (Reply({}, 429), "allows no more now (HTTP 429); try again in a while."),
        (Reply({}, 429, {"Retry-After": "7"}), "try again in 7 s."),
        (Reply({}, 429, {"Retry-After": "<b>" * 9}), "try again in a while."),
        (Reply({}, 500), "fails (HTTP 500); try again in a while."),
        (Reply({}, 422), "does not take the request (HTTP 422)"),
        (Reply({}, 307, {"Location": "http://127.0.0.1:1/"}), "redirects (HTTP 307)"),
        (Reply(b"<html>hello</html>"), "sent something that is not JSON; check drafting.url."),
        (Reply(b""), "not JSON"),
        (Reply(b"[" * 100_000), "not JSON"),
        (Reply(b"\xff\xfe{"), "not JSON"),
        (Reply([]), "sent no completion"),
        (Reply({"choices": []}), "sent no completion"),
        (Reply({"choices": ["x"]}), "sent no completion"),
        (Reply({"choices": [{"message": "x"}]}), "sent no completion"),
        (completion(None), "answered nothing"),
        (completion("  "), "answered nothing"),
        (completion(["Hello"]), "answered nothing"),
        (completion("Hel", finish_reason="length"), "raise drafting.max_tokens"),
        (completion("", finish_reason="content_filter"), "holds its answer back"),
        (Reply(b'"' + b"a" * 2**21 + b'"'), "sent more than 1 MB."),
        (Reply(b"\x1f\x8b", 200, {"Content-Encoding": "gzip"}), "not JSON"),
    ],
)
def test_answer_that_is_none_says_the_way_out(
    model: LanguageModel, reply: Reply, said: str
) -> None:
    model.reply = reply
    told = failure(an_endpoint(model.url))
    assert told.startswith(model.url.removeprefix("http://").partition("/")[0])
    assert said in told


def test_key_that_is_missing_is_named(model: LanguageModel) -> None:
    model.reply = Reply({}, 401)
    assert "wants a key (HTTP 401); set LAURELS_DRAFTING_API_KEY." in failure(
        an_endpoint(model.url, None)
    )


@pytest.mark.parametrize("fault", ["reset", "half-closed", "truncated"])
def test_broken_connection_is_told(model: LanguageModel, fault: str) -> None:
    model.server.fail(fault)
    assert "cannot be reached" in failure(an_endpoint(model.url))


def test_nobody_at_the_address_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    assert f"127.0.0.1:{port} cannot be reached" in failure(an_endpoint(f"http://127.0.0.1:{port}"))


def test_silence_ends_in_time(model: LanguageModel) -> None:
    model.server.fail("silent")
    began = time.monotonic()
    assert "did not answer in 1 s" in failure(an_endpoint(model.url, seconds=1))
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_answer_in_drops_ends_in_time(head: bytes) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(head)
                try:
                    while not stop.wait(0.1):
                        connection.sendall(b"a")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert "did not answer in 1 s" in failure(an_endpoint(url, seconds=1))
        assert time.monotonic() - began < 4
        stop.set()
        thread.join(5)


def test_models_are_listed_where_there_is_a_list(model: LanguageModel) -> None:
    assert an_endpoint(model.url).models() == ["small-1"]
    model.models = Reply({}, 404)
    assert an_endpoint(model.url).models() == []
    model.models = Reply({"data": [{"id": 3}, "x"]})
    assert an_endpoint(model.url).models() == []
    model.models = Reply({}, 401)
    with pytest.raises(EndpointError, match="refuses the key"):
        an_endpoint(model.url).models()
