"""The rehearsal writes each message once and finds it again."""

import json
from datetime import UTC, datetime
from pathlib import Path

from rewards.senders import Absence, Sender
from rewards.senders.rehearsal import Rehearsal
from store.records import Draft, Message, MessageState
from tests.posts import a_post

TARGET = a_post("p9", channel="#help")


def a_message(key: str = "case:1:message:0", body: str = "Danke, @leo — „gut“.\n") -> Message:
    due = datetime(2026, 5, 4, tzinfo=UTC)
    draft = Draft("discourse", 7, 1, body)
    return Message(1, key, 1, "rehearsal", draft, MessageState.SENDING, 1, due)


def test_it_writes_what_would_be_said_and_where(tmp_path: Path) -> None:
    sender: Sender = Rehearsal(tmp_path / "new" / "said.jsonl")
    remote_id = sender.send(a_message(), TARGET)
    (line,) = (tmp_path / "new" / "said.jsonl").read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert said["body"] == a_message().draft.body
    assert (said["reply_to"], said["channel"], said["to"]) == ("p9", "#help", "u1")
    assert sender.find(a_message(), TARGET) == remote_id == said["id"]


def test_what_was_not_said_is_surely_absent(tmp_path: Path) -> None:
    sender = Rehearsal(tmp_path / "said.jsonl")
    assert sender.find(a_message(), TARGET) is Absence.SURE
    sender.send(a_message("other"), TARGET)
    assert sender.find(a_message(), TARGET) is Absence.SURE


def test_line_cut_off_by_a_crash_was_not_said_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "said.jsonl"
    sender = Rehearsal(path)
    sender.send(a_message("first"), TARGET)
    whole = path.read_bytes()
    sender.send(a_message("second"), TARGET)
    for end in range(len(whole), len(path.read_bytes()) - 1):
        cut = tmp_path / f"cut{end}.jsonl"
        cut.write_bytes(path.read_bytes()[:end])
        torn = Rehearsal(cut)
        assert torn.find(a_message("second"), TARGET) is Absence.SURE
        torn.send(a_message("second"), TARGET)
        assert isinstance(torn.find(a_message("second"), TARGET), str)
        assert isinstance(torn.find(a_message("first"), TARGET), str)
