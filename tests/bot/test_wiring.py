"""The parts as the settings put them together."""

from dataclasses import replace

from bot import wiring
from bot.settings import Settings
from listener.settings import ListenSettings, QuerySettings, SourceSettings
from store.records import SourceKind
from tests.posts import a_post

COMMUNITY = SourceSettings("here", "hackernews", SourceKind.COMMUNITY)
GERMAN = a_post(text="Die App stürzt jedes Mal ab, wenn ich die Einstellungen öffne")


def test_language_that_no_platform_told_is_detected() -> None:
    listening = ListenSettings((COMMUNITY,), (QuerySettings("german", "app lang:de"),))
    matcher = wiring.matcher(Settings(listener=listening), COMMUNITY)
    assert matcher.matches(GERMAN)
    assert not matcher.matches(replace(GERMAN, lang="en"))
    assert not matcher.matches(a_post(text="The app crashes whenever I open the settings"))


def test_no_language_is_detected_where_no_query_asks() -> None:
    listening = ListenSettings((COMMUNITY,), (QuerySettings("app", "app"),))
    asked = wiring.detect.cache_info()
    assert wiring.matcher(Settings(listener=listening), COMMUNITY).matches(GERMAN)
    assert wiring.detect.cache_info() == asked
