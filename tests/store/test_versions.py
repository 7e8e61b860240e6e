"""The database knows its revision, and the migrations make the schema."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from store import audit, decisions, identity, mentions, migrations, schema
from store.db import (
    Engine,
    NewerDatabase,
    OlderDatabase,
    Unreachable,
    check_version,
    migrate,
    open_store,
    set_fact,
)
from store.intake import digest
from store.records import NOBODY, Reason
from store.versions import is_new, known_revisions


def test_migrations_make_the_schema(engine: Engine) -> None:
    with engine.connect() as tx:
        context = MigrationContext.configure(tx, opts={"compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migrations_make_the_checks_and_indexes_of_the_schema(
    engine: Engine, bare_engine: Engine
) -> None:
    schema.metadata.create_all(bare_engine)
    for name in schema.metadata.tables:
        migrated = inspect(engine).get_check_constraints(name)
        assert migrated == inspect(bare_engine).get_check_constraints(name)
    assert _indexes(engine) == _indexes(bare_engine)


def test_every_append_only_table_has_its_triggers(engine: Engine) -> None:
    names = {
        "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal",
    }
    with engine.connect() as tx:
        guarded = set(tx.scalars(text(names[engine.dialect.name])))
    assert guarded == set(schema.APPEND_ONLY)


_FIRST_ROWS = (
    "INSERT INTO person (id, name, created_at) VALUES (1, 'ann', :at)",
    "INSERT INTO account (id, person_id, platform, platform_id, handle, is_bot, is_staff,"
    " first_seen_at, last_seen_at) VALUES (1, 1, 'x', 'u1', 'ann', false, false, :at, :at)",
    "INSERT INTO link (id, account_id, person_id, origin, actor, at)"
    " VALUES (1, 1, 1, 'seed', 'p', :at)",
    "INSERT INTO person (id, name, created_at) VALUES (2, '[deleted]', :at)",
    "INSERT INTO account (id, person_id, platform, platform_id, handle, is_bot, is_staff,"
    " first_seen_at, last_seen_at)"
    " VALUES (2, 2, 'x', '[deleted]\\:1f', '[deleted]', false, false, :at, :at)",
    "INSERT INTO link (id, account_id, person_id, origin, actor, at)"
    " VALUES (2, 2, 2, 'told us: bob', 'p', :at)",
    "INSERT INTO consent (id, person_id, choice, origin, at) VALUES (1, 2, 'none', 'bob', :at)",
    "INSERT INTO audit (id, at, actor, verb, object, object_id, detail)"
    """ VALUES (1, :at, 'p', 'link', 'person', 2, '{"from": "3", "origin": "bob"}')""",
    "INSERT INTO post (id, account_id, platform, platform_id, source, kind, text, addressed,"
    " media, tags, accepted, created_at, heard_at)"
    " VALUES (1, 1, 'x', 'p1', 's', 'post', 'new', '[]', '[]', '[]', false, :at, :at)",
    "INSERT INTO edit (id, post_id, title, text, replaced_at) VALUES (1, 1, NULL, 'old', :at)",
    'INSERT INTO "case" (id, post_id, person_id, kind, state, platform, reason, priority,'
    " opened_at, decide_after) VALUES (1, 1, 1, 'help', 'open', 'x', 'help', 0, :at, :at)",
    "INSERT INTO decision (id, dedupe_key, case_id, verdict, reasons, actor, at)"
    """ VALUES (1, 'd', 1, 'thank', '[["thanked", "x"], ["helped", "helped bob"]]', 'p', :at)""",
)


def test_store_of_the_first_version_loses_old_words_and_names(bare_engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with bare_engine.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0001")
        for statement in _FIRST_ROWS:
            tx.execute(text(statement), {"at": "2026-05-04 12:00:00+00:00"})
    migrate(bare_engine)
    with bare_engine.connect() as tx:
        (kept,) = mentions.edits(tx, 1)
        assert kept.digest == digest(None, "old")
        origins = [line.origin for line in identity.history(tx, [1, 2])]
        assert origins == ["seed", NOBODY]
        assert tx.scalar(select(schema.consent.c.origin)) == NOBODY
        assert [note.detail for note in audit.of(tx, "person", 2)] == [{"from": "3"}]
        (row,) = decisions.of_case(tx, 1)
        assert row.reasons == (Reason("thanked", "x"),)
        assert tx.scalar(select(schema.post.c.checked_at)) is not None
    for table in ("decision", "link", "consent", "audit"):
        with pytest.raises(DBAPIError, match="append-only"), bare_engine.begin() as tx:
            tx.execute(text(f"DELETE FROM {table}"))


def test_looking_at_the_version_waits_for_no_writer(engine: Engine) -> None:
    with engine.begin() as writer:
        set_fact(writer, "archive", "one")
        check_version(engine)
        assert not is_new(engine)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    check_version(engine)


def test_database_without_tables_says_to_migrate(bare_engine: Engine) -> None:
    with pytest.raises(OlderDatabase, match="laurels migrate"):
        check_version(bare_engine)
    migrate(bare_engine)
    check_version(bare_engine)


KNOWN = known_revisions()


def test_older_database_says_to_migrate(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.versions.known_revisions", lambda: [*KNOWN, "9998"])
    with pytest.raises(OlderDatabase, match=rf"revision {KNOWN[-1]}.*laurels migrate"):
        check_version(engine)


def test_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    message = (
        r"written by a newer Laurels \(revision 9999\)\. Update Laurels, or restore a backup\."
    )
    with pytest.raises(NewerDatabase, match=message):
        check_version(engine)
    with pytest.raises(NewerDatabase, match=message):
        migrate(engine)


def test_unreachable_database_is_named_without_its_password() -> None:
    engine = open_store("postgresql://laurels:secret@127.0.0.1:1/laurels")
    with pytest.raises(Unreachable, match=r"laurels:\*\*\*@127\.0\.0\.1"):
        check_version(engine)


def test_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("shopping list " * 100)
    engine = open_store(f"sqlite:///{tmp_path / 'notes.db'}")
    for use in (check_version, migrate):
        with pytest.raises(Unreachable, match="file is not a database"):
            use(engine)


def test_folder_in_place_of_a_database_is_reported(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}")
    with pytest.raises(Unreachable, match="cannot be used"):
        check_version(engine)


def _indexes(engine: Engine) -> set[str]:
    definitions = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }
    with engine.connect() as tx:
        found = set(tx.scalars(text(definitions[engine.dialect.name])))
    return {index for index in found if "alembic_version" not in index}
