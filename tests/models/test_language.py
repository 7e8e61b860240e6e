import pytest

from models.language import LanguageIdentifier, words_of


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The app crashes whenever I open the settings page", "en"),
        ("Die App stürzt jedes Mal ab, wenn ich die Einstellungen öffne", "de"),
        ("L'application plante à chaque fois que j'ouvre les réglages", "fr"),
        ("La aplicación se cierra cada vez que abro los ajustes", "es"),
        ("L'app si blocca ogni volta che apro le impostazioni", "it"),
        ("O aplicativo fecha toda vez que abro as configurações", "pt"),
        ("التطبيق يتوقف كل مرة أفتح فيها الإعدادات", "ar"),
        ("जब भी मैं सेटिंग खोलता हूँ ऐप बंद हो जाता है", "hi"),
        ("Приложение падает каждый раз, когда я открываю настройки", "ru"),
        ("設定を開くたびにアプリが落ちます", "ja"),
        ("每次打开设置应用都会崩溃", "zh"),
        ("설정을 열 때마다 앱이 꺼져요", "ko"),
    ],
)
def test_language_is_told(identifier: LanguageIdentifier, text: str, code: str) -> None:
    assert identifier.language(text).name == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "+1 👍",
        "danke!",
        "谢谢",
        "@acme_support @ann_of_berlin #wunderbar #schön",
        "https://example.org/ein/langer/pfad/zum/nachlesen",
        "`return undefined` 😭😭😭😭😭😭😭😭😭😭😭😭",
        "1234567890 :thumbs_up: :heart_eyes:",
    ],
)
def test_too_little_to_tell_is_unknown(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.language(text).name == "und"


def test_text_in_two_languages_is_unknown(identifier: LanguageIdentifier) -> None:
    mixed = (
        "Vielen Dank für die schnelle Hilfe, jetzt läuft wieder alles wie vorher. "
        "Gracias por la ayuda tan rápida, ahora todo funciona otra vez como antes."
    )
    assert identifier.language(mixed).name == "und"
    assert identifier.language(mixed[:73]).name == "de"


def test_handles_tags_addresses_and_emoji_do_not_decide(identifier: LanguageIdentifier) -> None:
    text = (
        "RT @the_best_english_channel: wann geht der Server wieder? 😡 #breaking #news "
        "https://example.org/why/does/the/server/not/work"
    )
    assert words_of(text) == "wann geht der Server wieder"
    assert identifier.language(text).name == "de"


def test_declared_language_wins(identifier: LanguageIdentifier) -> None:
    label = identifier.language("The app crashes whenever I open it", "pt_BR")
    assert (label.name, label.confidence) == ("pt", 1.0)
    assert identifier.language("ok", "DEU").name == "deu"


@pytest.mark.parametrize(
    "declared", ["", "x-default", "\x1b[2Jen", "e\x9b1m", "ру", "english", "-"]
)
def test_what_is_declared_and_no_code_is_not_taken(
    identifier: LanguageIdentifier, declared: str
) -> None:
    assert identifier.language("The app crashes whenever I open it", declared).name == "en"
