"""What an endpoint may be, and what is refused with the way out."""

import pytest

from rewards.drafting.settings import DraftingSettings


def test_it_is_off_by_default_and_never_on_x() -> None:
    assert not DraftingSettings().writes_on("discourse")
    on = DraftingSettings(url="https://api.example.org/v1", model="m")
    assert on.writes_on("discourse")
    assert not on.writes_on("x")
    assert DraftingSettings(url=on.url, model="m", except_on=()).writes_on("x")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1",
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000",
        "http://[::1]:8000/v1",
        "http://ollama:11434/v1",
        "http://10.0.0.7/v1/",
        "http://models.internal/v1",
        "https://münchen.example/v1",
        "https://api.example.org./v1",
    ],
)
def test_address_of_an_endpoint(url: str) -> None:
    assert DraftingSettings(url=url, model="m").url == url


@pytest.mark.parametrize(
    ("url", "way_out"),
    [
        ("api.example.org/v1", "an address such as https://"),
        ("ftp://api.example.org", "an address such as https://"),
        ("https://", "an address such as https://"),
        ("https://api.example.org:99999", "no address"),
        ("https://[::1", "no address"),
        ("https://exa\u2603mple..com/v1", "no address"),
        ("https://-x-.com\x7f/v1", "no address"),
        ("https://api.example.org/v\n1", "no address"),
        ("https://api..example.org/v1", "no address"),
        (f"https://{'a' * 300}.example/v1", "no address"),
        ("https://key@api.example.org/v1", "LAURELS_DRAFTING_API_KEY"),
        ("https://api.example.org/v1?api-key=abc", "LAURELS_DRAFTING_API_KEY"),
        ("https://api.example.org/v1/chat/completions", "leave /chat/completions off"),
        ("http://api.example.org/v1", "https://"),
        ("http://8.8.8.8/v1", "https://"),
    ],
)
def test_address_that_cannot_be_or_is_not_safe(url: str, way_out: str) -> None:
    with pytest.raises(ValueError, match=r"\Adrafting\.url: ") as refused:
        DraftingSettings(url=url, model="m")
    assert way_out in str(refused.value)
    assert "abc" not in str(refused.value)
    assert "key@" not in str(refused.value)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"url": "https://api.example.org"}, "drafting.model"),
        ({"model": "a\nb"}, "drafting.model"),
        ({"timeout_seconds": 0}, "drafting.timeout_seconds"),
        ({"timeout_seconds": 600}, "drafting.timeout_seconds"),
        ({"max_tokens": 1}, "drafting.max_tokens"),
        ({"links": ("https://docs.example.org",)}, "drafting.links"),
        ({"links": ("",)}, "drafting.links"),
        ({"disclosure": "x" * 201}, "drafting.disclosure"),
    ],
)
def test_value_that_cannot_be_is_named(values: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{key}: "):
        DraftingSettings(**values)  # type: ignore[arg-type]  # the test names the fields
