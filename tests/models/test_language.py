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


@pytest.mark.parametrize(
    "text",
    [
        "bhai ye app kal se nahi chal raha hai, kab theek hoga?",
        "Aap logon ka support bahut accha hai, dhanyavad",
        "mera account login nahi ho raha, please help karo",
        "yaar update ke baad camera kharab ho gaya",
        "KYA AAP LOG MERA REFUND KAB TAK DOGE",
        "kitna time lagega isko thik karne mein",
    ],
)
def test_hindi_in_latin_letters_is_told(identifier: LanguageIdentifier, text: str) -> None:
    label = identifier.language(text)
    assert label.name == "hi"
    assert label.confidence > 0.7


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hai kak, aplikasinya tidak bisa dibuka sejak kemarin", "id"),
        ("main game ini seru banget tapi sering lag", "id"),
        ("saya tak dapat log masuk ke akaun saya sejak pagi tadi", "ms"),
        ("uygulama bana hep hata veriyor ne yapmam lazim", "tr"),
        ("ung dung khong mo duoc tu hom qua hai lan roi", "vi"),
        ("raha meni mutta sovellus ei toimi mikä on hätänä", "fi"),
        ("jo no ho se, tu ho has provat mai?", "ca"),
        ("ho una domanda: come mai si blocca sempre", "it"),
        ("mein Konto ist weg, hum, tut mir leid", "de"),
        ("Thanks bhai, the fix works great on my phone", "en"),
        ("my mate Raja Gupta said the chai is good", "en"),
        ("see you on Monday SM Bacolod", "en"),
    ],
)
def test_words_alike_are_no_hindi(identifier: LanguageIdentifier, text: str, code: str) -> None:
    assert identifier.language(text).name == code


@pytest.mark.parametrize(
    "text",
    [
        "hindi ko mabuksan ang app ko simula kahapon",
        "Salamat sa tulong ninyo, gumagana na ulit ang telepono ko",
        "Programu haifunguki tangu jana, naomba msaada wenu",
        "hey yall ho ho ho merry christmas",
        "Salman Khan and Narendra Modi met in Delhi",
        "```kya = hai + nahi + bahut```",
    ],
)
def test_doubt_is_never_told_as_hindi(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.language(text).name != "hi"


def test_hindi_after_english_is_mixed(identifier: LanguageIdentifier) -> None:
    mixed = (
        "The app is broken since the last update, cannot log in any more. "
        "Bhai kal se app nahi chal raha hai, koi batao kya karna hai"
    )
    assert identifier.language(mixed).name == "und"


@pytest.mark.parametrize(
    ("text", "code"),
    [("danke!", "de"), ("Kya hua", "hi"), ("#nicht #laufen #können", "de"), ("😭", "und")],
)
def test_likeliest_answers_what_is_not_told(
    identifier: LanguageIdentifier, text: str, code: str
) -> None:
    found = identifier.likeliest(text)
    assert (found.name, found.is_told) == (code, False)
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
