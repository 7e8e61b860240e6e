"""The settings: what the file may say, and how its mistakes are told."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config_file import keys, read
from bot.settings import LogLevel, Settings, SettingsError, effective, load, secret
from listener.connectors.archive import ArchiveOptions
from listener.settings import QuerySettings, SourceSettings
from store.records import SourceKind

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def loaded(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file, {})


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    return [one.removeprefix(f"{tmp_path}/") for one in caught.value.problems]


def with_examples(text: str) -> str:
    """The shipped file with its commented-out examples in force."""
    text = re.sub(r"^ *(\w+): \[\]\n( *)#\1:", r"\2\1:", text, flags=re.MULTILINE)
    return re.sub(r"^( *)#(?=\S| {2}(- | ))", r"\1", text, flags=re.MULTILINE)


def test_shipped_file_holds_the_defaults() -> None:
    assert load(SHIPPED, {}) == Settings()


def test_shipped_file_documents_every_key_and_no_other() -> None:
    text = with_examples(SHIPPED.read_text(encoding="utf-8"))
    shown, wrong = read(text, Settings)
    assert wrong == []
    assert shown is not None
    written = set(re.findall(r"^ *(?:- )?(\w+):", text, flags=re.MULTILINE))
    assert written == {path.rpartition(".")[2] for path in keys(Settings)}


def test_shipped_examples_show_each_key_of_a_source_and_a_query() -> None:
    text = with_examples(SHIPPED.read_text(encoding="utf-8"))
    listener = text[text.index("listener:") : text.index("models:")]
    for kind in (SourceSettings, QuerySettings):
        for key in keys(kind):
            word = key.rpartition(".")[2]
            assert re.search(rf"^ *(?:- )?{word}:", listener, flags=re.MULTILINE), key


def test_every_key_of_the_shipped_file_has_a_line_of_comment() -> None:
    before = ""
    for line in with_examples(SHIPPED.read_text(encoding="utf-8")).splitlines():
        is_section = re.fullmatch(r"\w+:", line)
        if re.match(r" *(- )?\w+:", line) and not is_section:
            assert " # " in line or before.lstrip().startswith("# "), line
        before = line


def test_no_file_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings()


def test_file_beside_the_command_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("desk: {port: 1}")
    assert load(None, {}).desk.port == 1


def test_environment_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("desk: {port: 2}")
    assert load(None, {"LAURELS_CONFIG": str(tmp_path / "other.yaml")}).desk.port == 2


@pytest.mark.parametrize("text", ["", "# only a remark\n", "rewards:\n", "---\n", "null"])
def test_empty_file_means_the_defaults(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text) == Settings()


def test_values_of_every_type_are_read(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        listener:
          sources:
            - {name: forum, connector: archive, path: forum.jsonl.gz, kind: community}
        rewards: {automatic: true, confident: 1, cooldown_days: 7, own_handles: [Acme, "@help"]}
        run: {log_level: debug}
        """,
    )
    assert settings.listener.sources == (
        SourceSettings(
            "forum", "archive", SourceKind.COMMUNITY, options=ArchiveOptions(Path("forum.jsonl.gz"))
        ),
    )
    assert settings.rewards.automatic
    assert isinstance(settings.rewards.confident, float)
    assert settings.rewards.own_handles == ("Acme", "@help")
    assert settings.run.log_level is LogLevel.DEBUG


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "rewards:\n  cooldwon_days: 3",
            "config.yaml:2: rewards.cooldwon_days: unknown key; did you mean cooldown_days?",
        ),
        (
            "cooldown_days: 3",
            "config.yaml:1: cooldown_days: unknown key; did you mean rewards.cooldown_days?",
        ),
        (
            "store: {zzz: 1}",
            "config.yaml:1: store.zzz: unknown key; known in store: url",
        ),
        (
            "desk: {port: abc}",
            "config.yaml:1: desk.port: expected a whole number, got 'abc'",
        ),
        ("desk: {port: 1.5}", "config.yaml:1: desk.port: expected a whole number, got '1.5'"),
        ("desk: {port: true}", "config.yaml:1: desk.port: expected a whole number, got 'true'"),
        ("desk: {port: }", "config.yaml:1: desk.port: expected a whole number, got nothing"),
        ("desk: {port: [1]}", "config.yaml:1: desk.port: expected a whole number, got a list"),
        ("desk: 8765", "config.yaml:1: desk: expected a group of keys, got '8765'"),
        ("- desk", "config.yaml:1: expected a group of keys, got a list"),
        (
            "rewards: {confident: high}",
            "config.yaml:1: rewards.confident: expected a number, got 'high'",
        ),
        (
            "rewards: {automatic: 1}",
            "config.yaml:1: rewards.automatic: expected true or false, got '1'",
        ),
        (
            "rewards: {own_handles: acme}",
            "config.yaml:1: rewards.own_handles: expected a list, got 'acme'",
        ),
        (
            "rewards: {own_handles: [no]}",
            "config.yaml:1: rewards.own_handles[0]: expected text, got 'no' (put it in quotes)",
        ),
        (
            "run: {log_level: loud}",
            "config.yaml:1: run.log_level: expected one of debug, info, warning, error, got 'loud'",
        ),
        (
            "run:\n  log_level: info\n  decide_every_seconds: 0",
            "config.yaml:3: run.decide_every_seconds: at least 1, not 0",
        ),
        (
            "rewards: {time_zone: Mars/Base}",
            "config.yaml:1: rewards.time_zone: no such zone: 'Mars/Base'",
        ),
        (
            "desk:\n  port: 1\n  port: 2",
            "config.yaml:3: desk.port: this key is there twice, first in line 2",
        ),
        ("a: [1", "config.yaml:1: cannot be read as YAML: expected ',' or ']'"),
        (
            "store: {url: mysql://x/y}",
            "config.yaml:1: store.url: expected sqlite:///FILE or postgresql://USER@HOST/DATABASE",
        ),
        (
            "listener: {sources: [{name: a, connector: hackernews, kind: community, "
            "limits: {usd_per_day: 2000000000000.0}}]}",
            "config.yaml:1: listener.sources: limits: usd_per_day: from 0 to below "
            "1,099,511,627,776, not 2,000,000,000,000.0",
        ),
        (
            "models: {threads: -1}",
            "config.yaml:1: models.threads: at least 0, not -1",
        ),
        (
            "drafting:\n  model: m\n  url: http://api.example.org/v1",
            "config.yaml:3: drafting.url: https://, since anybody on the way to api.example.org "
            "could read along",
        ),
        (
            "drafting:\n  url: https://api.example.org/v1",
            "config.yaml:2: drafting.model: name the model that drafting.url shall use",
        ),
        (
            "drafting:\n  except_on: [X]",
            "config.yaml:2: drafting.except_on: platforms are written small: 'x', not 'X'",
        ),
        (
            "drafting:\n  timeout: 5",
            "config.yaml:2: drafting.timeout: unknown key; did you mean timeout_seconds?",
        ),
        (
            "listener: {sources: [{name: a}]}",
            "config.yaml:1: listener.sources[0].connector: missing",
        ),
        (
            "listener: {sources: [{name: a, connector: archiv}]}",
            "config.yaml:1: listener.sources: a: no connector is called 'archiv'; "
            "did you mean archive?",
        ),
        (
            "listener: {sources: [{name: a, connector: archive}]}",
            "config.yaml:1: listener.sources: a: an archive needs a path",
        ),
        (
            "listener: {sources: [{name: a, connector: archive, path: x}]}",
            "config.yaml:1: listener.queries: a is a search and hears nothing without a query",
        ),
        (
            "listener: {queries: [{name: a, query: x}, {name: a, query: y}]}",
            "config.yaml:1: listener.queries: two are called 'a'",
        ),
    ],
)
def test_mistake_is_named_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = problems(tmp_path, text)
    assert found.startswith(problem)


def test_bad_query_is_shown_with_the_place_in_it(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "listener: {queries: [{name: brand, query: '(acme OR'}]}")
    assert " ".join(found.split()).startswith("config.yaml:1: listener.queries: brand: a word is")
    assert found.splitlines()[-3:] == ["  (acme OR", "        ^", "  try: (acme)"]


def test_message_about_a_query_is_no_wider_than_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("listener: {queries: [{name: brand, query: 'acme foo:bar'}]}")
    with pytest.raises(SettingsError) as caught:
        load(None, {})
    assert max(map(len, f"laurels: {caught.value}".splitlines())) <= 80


FORMS = (
    "listener:\n  queries:\n    - name: a\n      query: {}\n      role: brand\n",
    "listener:\n  queries:\n    - {{name: a, query: {}, role: brand}}\n",
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("acme #tag", "acme #tag"),
        ('"acme cloud" OR akme', '"acme cloud" OR akme'),
        ("'acme cloud' OR akme", '"acme cloud" OR akme'),
        ("'don't stop'", "don't stop"),
        ('"acme', '"acme"'),
        ("`acme`", '"acme"'),
        ("@acme", "@acme"),
        ("*", "*"),
        ("*acme", "acme"),
        ("#acme", "#acme"),
        ("!jobs acme", "-jobs acme"),
        ("&acme cloud", "&acme cloud"),
        ("%acme", "%acme"),
        ("author: ann", "author:ann"),
    ],
)
@pytest.mark.parametrize("form", FORMS, ids=["lines", "braces"])
def test_query_that_yaml_does_not_keep_is_shown_as_it_has_to_be_written(
    tmp_path: Path, form: str, written: str, meant: str
) -> None:
    (found,) = problems(tmp_path, form.format(written))
    way_out = "query: '" + meant.replace("'", "''") + "'"
    assert way_out in found.splitlines()[-1]
    kept = loaded(tmp_path, form.format(way_out.removeprefix("query: ")))
    assert kept.listener.queries[0].query == meant


@pytest.mark.parametrize("form", FORMS, ids=["lines", "braces"])
def test_phrase_whose_quotation_marks_yaml_takes_is_refused_with_both_readings(
    tmp_path: Path, form: str
) -> None:
    (found,) = problems(tmp_path, form.format('"acme cloud"'))
    assert "query: '\"acme cloud\"'" in found
    assert "query: 'acme cloud'" in found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("acme cloud", "acme cloud"),
        ("'acme cloud'", "acme cloud"),
        ('"acme"', "acme"),
        ('"acme OR akme"', "acme OR akme"),
        ("acme # a remark", "acme"),
        ("acme #", "acme"),
        ("acme -jobs", "acme -jobs"),
        (">-\n        acme\n        cloud", "acme cloud"),
        ("|\n        acme #tag", "acme #tag\n"),
    ],
)
def test_query_that_yaml_keeps_is_read(tmp_path: Path, written: str, read: str) -> None:
    assert loaded(tmp_path, FORMS[0].format(written)).listener.queries[0].query == read


def test_settings_as_json_keep_a_query_of_two_words(tmp_path: Path) -> None:
    text = '{"listener": {"queries": [{"name": "a", "query": "acme cloud"}]}}'
    assert loaded(tmp_path, text).listener.queries[0].query == "acme cloud"


def test_line_of_a_query_that_is_kept_is_not_blamed(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "listener:\n  queries:\n    - query: acme\n     name: @a\n")
    assert "apostrophes" not in found


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "desk:\n  port: abc\n  time_zone: Mars\nnonsense: 1\nmodels:\n  batch: 0\n"
    assert [one.split(": ")[1] for one in problems(tmp_path, text)] == [
        "desk.port",
        "desk.time_zone",
        "nonsense",
        "models.batch",
    ]


def test_wrong_query_does_not_count_as_no_query(tmp_path: Path) -> None:
    text = """
    listener:
      sources: [{name: a, connector: archive, path: x}]
      queries: [{name: b, query: '('}]
    """
    assert len(problems(tmp_path, text)) == 1


def test_missing_file_is_an_error_when_it_was_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: No such file"):
        load(tmp_path / "nowhere.yaml", {})


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"desk: {host: \xff}")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path / "config.yaml", {})


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    settings, wrong = read(text, Settings)
    assert (settings is None) == bool(wrong)


def test_password_in_the_file_is_refused(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "store: {url: 'postgresql://me:hunter2@db/laurels'}")
    assert "LAURELS_STORE_URL" in found
    assert "hunter2" not in found


def test_store_address_comes_from_the_environment_and_is_never_shown_whole(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("postgresql://me:hunter2@db:5432/laurels\n")
    settings = load(None, {"LAURELS_STORE_URL_FILE": str(file)})
    assert settings.store.url == "postgresql://me:hunter2@db:5432/laurels"
    assert "hunter2" not in str(effective(settings))
    assert "postgresql://me:***@db:5432/laurels" in str(effective(settings))


def test_wrong_store_address_from_the_environment_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError, match="LAURELS_STORE_URL: expected sqlite") as caught:
        load(None, {"LAURELS_STORE_URL": "mysql://me:hunter2@db"})
    assert "hunter2" not in str(caught.value)


def test_secret_is_read_from_its_variable() -> None:
    assert secret("TOKEN", {"TOKEN": "s3cret"}) == "s3cret"


def test_secret_is_read_from_the_file_without_what_is_around_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret \r\n")
    assert secret("TOKEN", {"TOKEN_FILE": str(tmp_path / "token")}) == "s3cret"
    assert secret("TOKEN", {"TOKEN": " s3cret\r\n"}) == "s3cret"


@pytest.mark.parametrize("value", ["s3\ncret", "s3cret\u2019", "s3\x00cret", "s3\x7fcret"])
def test_secret_that_no_header_can_hold_is_refused_untold(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^TOKEN: holds") as caught:
        secret("TOKEN", {"TOKEN": value})
    assert "s3" not in str(caught.value)


def test_address_of_the_store_is_in_any_script() -> None:
    found = secret("LAURELS_STORE_URL", {"LAURELS_STORE_URL": "sqlite:///home/jürgen/l.db"})
    assert found.endswith("jürgen/l.db")


def test_missing_secret_names_both_ways() -> None:
    with pytest.raises(SettingsError, match=r"TOKEN: missing; .*TOKEN_FILE"):
        secret("TOKEN", {"TOKEN": ""})


def test_secret_given_twice_is_an_error() -> None:
    with pytest.raises(SettingsError, match="keep only one") as caught:
        secret("TOKEN", {"TOKEN": "s3cret", "TOKEN_FILE": "x"})
    assert "s3cret" not in str(caught.value)


def test_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"TOKEN_FILE: .*token cannot be read: No such file"):
        secret("TOKEN", {"TOKEN_FILE": str(tmp_path / "token")})


def test_effective_settings_are_a_file_that_means_the_same(tmp_path: Path) -> None:
    import yaml

    text = "listener: {sources: [{name: a, connector: archive, path: x, kind: community}]}"
    settings = loaded(tmp_path, text)
    assert loaded(tmp_path, yaml.safe_dump(effective(settings))) == settings
