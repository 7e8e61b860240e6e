"""A case, open: its conversation, why it is here, the draft."""

from datetime import timedelta

from store import analyses, cases, copies, decisions, mentions
from store.copies import Copy
from store.records import Analysis, CaseKind, CaseState, NewCase, Reason, Task, Verdict
from tests.desk.conftest import HOSTILE, NOW, THANKS, Desk, a_post


def test_conversation_is_oldest_first_with_the_post_marked(desk: Desk) -> None:
    page = desk.get(f"/cases/{desk.help_case}")
    at = [page.index(f">{text}</p>") for text in ("How do I export my notes?",
          "Settings, then Export.", "Thank you Leo!")]  # fmt: skip
    assert at == sorted(at)
    assert page.count('class="post asked"') == 1
    assert page.index('class="post asked"') < at[1] < page.index("Thank you Leo!")
    for role in ("asked", "help", "thanks"):
        assert f'<span class="badge">{role}</span>' in page


def test_reasons_and_responder_are_said(desk: Desk) -> None:
    page = desk.get(f"/cases/{desk.issue_case}")
    assert "issue 0.91" in page
    assert "<dt>mood</dt><dd>anger 0.91</dd>" in page
    assert "for <bdi>support</bdi>" in page


def test_whom_somebody_helped_is_said_by_name_alone(desk: Desk) -> None:
    reasons = [Reason("helped", f"helped person {desk.mara}"), Reason("thanked", "by one person")]
    with desk.engine.begin() as tx:
        decisions.add(tx, "d2", desk.help_case, Verdict.REVIEW, reasons, "policy", NOW)
    page = desk.get(f"/cases/{desk.help_case}")
    assert "<bdi>leo helped mara" in page
    assert "<dd>by one person</dd>" in page
    assert "helped person" not in page


def test_hostile_text_stays_text(desk: Desk) -> None:
    page = desk.get(f"/cases/{desk.issue_case}")
    assert HOSTILE not in page
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert (
        '<a href="https://example.org/?a=1&amp;b=" rel="nofollow noopener noreferrer ugc">' in page
    )


def test_matched_words_of_title_and_text_stand_apart(desk: Desk) -> None:
    # The spans count from the title: the first lies in it, the second in the text.
    assert "<mark>" in desk.get(f"/cases/{desk.issue_case}")


def test_why_it_is_here_is_said_once(desk: Desk) -> None:
    reasons = [Reason("unsure", "maybe issue, 0.91"), Reason("spam", "looks like spam, 0.90")]
    with desk.engine.begin() as tx:
        decisions.add(tx, "d2", desk.issue_case, Verdict.REVIEW, reasons, "policy", NOW)
    page = desk.get(f"/cases/{desk.issue_case}")
    why = page.partition("Why it is here</h2>")[2].partition("The conversation")[0]
    assert why.count("0.91") == 1
    assert "looks like spam" not in why


def test_other_emotions_are_no_second_best(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        row = cases.load(tx, desk.issue_case)
        assert row is not None
        scores = {"anger": 0.31, "annoyance": 0.52}
        analyses.save(tx, [Analysis(row.post_id, Task.EMOTION, "t", "anger", 0.31, scores)])
    page = desk.get(f"/cases/{desk.issue_case}")
    assert '<td>anger</td><td class="num">0.31</td><td class="soft">annoyance 0.52</td>' in page
    assert "Also there" in page


def test_draft_is_editable(desk: Desk) -> None:
    page = desk.get(f"/cases/{desk.help_case}")
    assert f">{THANKS}</textarea>" in page


def test_deleted_post_is_a_grey_line(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        mentions.delete_post(tx, "discourse", "q", NOW, NOW)
    page = desk.get(f"/cases/{desk.help_case}")
    assert 'class="post gone"' in page
    assert "How do I export" not in page


def test_long_post_is_folded_unless_it_is_the_one_in_question(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        long = a_post("l", "zoe", "word " * 600, hours=27, thread_id="q", parent_id="q")
        mentions.save_posts(tx, [long], "forum", NOW)
    assert "Show all 3,000 characters" in desk.get(f"/cases/{desk.help_case}")


def test_long_thread_is_cut_around_the_post(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        more = [
            a_post(f"r{n}", "zoe", f"reply {n}", hours=26 - n / 10, thread_id="q", parent_id="q")
            for n in range(100)
        ]
        mentions.save_posts(tx, more, "forum", NOW)
    page = desk.get(f"/cases/{desk.help_case}")
    assert page.count('<li class="post') == 40
    assert "How do I export my notes?" in page
    assert "A long one" in page


def test_flat_chat_shows_the_talk_around_it(desk: Desk) -> None:
    chat = {"platform": "discord", "channel": "#help", "title": None}
    with desk.engine.begin() as tx:
        posts = [a_post(f"c{n}", f"u{n}", f"line {n}", hours=5 - n / 60, **chat) for n in range(40)]
        old = a_post("old", "u0", "last week", hours=150, **chat)
        ids = [one.id for one in mentions.save_posts(tx, [*posts, old], "discord", NOW)]
        stored = mentions.load(tx, ids)[ids[20]]
        new = NewCase(stored.id, stored.person_id, CaseKind.QUESTION, "question", NOW, NOW)
        (case_id,) = cases.open_cases(tx, [new])
        cases.set_state(tx, case_id, CaseState.OPEN, NOW + timedelta(hours=1))
    page = desk.get(f"/cases/{case_id}")
    shown = [n for n in range(40) if f">line {n}</p>" in page]
    assert shown == list(range(6, 27))
    assert "last week" not in page


def test_copies_of_the_post_are_listed_with_author_place_and_link(desk: Desk) -> None:
    page = desk.get(f"/cases/{desk.issue_case}")
    assert "cop" not in page.partition("Why it is here")[2].partition("The conversation")[0]
    with desk.engine.begin() as tx:
        elsewhere = {"platform": "reddit", "channel": "acme", "url": "javascript:alert(2)"}
        posts = [
            a_post("d1", "zoe", HOSTILE, hours=3, url="https://forum.example/t/d1"),
            a_post("d2", "<kim>", HOSTILE, hours=2, **elsewhere),
        ]
        ids = [one.id for one in mentions.save_posts(tx, posts, "forum", NOW)]
        copies.join(tx, [Copy(desk.issue_case, id_, ()) for id_ in ids])
    page = desk.get(f"/cases/{desk.issue_case}")
    listed = page.partition("2 copies: who else said the same")[2].partition("</details>")[0]
    assert listed.index("<bdi>zoe</bdi>") < listed.index("<bdi>&lt;kim&gt;</bdi>")
    assert 'href="https://forum.example/t/d1"' in listed
    assert "Reddit · <bdi>acme</bdi>" in listed
    assert 'href="javascript:' not in listed
    assert listed.count("&lt;script&gt;alert(1)") == 2
    before = page.partition('name="dismiss"')[0]
    assert "What you decide counts for all 3 posts: this one and its 2 copies." in before
    row = page.partition(f'id="item-{desk.issue_case}"')[2].partition("</li>")[0]
    assert '<span class="badge">2 copies</span>' in row
    other = page.partition(f'id="item-{desk.help_case}"')[2].partition("</li>")[0]
    assert "cop" not in other


def test_unknown_case_is_not_found(desk: Desk) -> None:
    assert "There is nothing at this address" in desk.get("/cases/999", 404)
    assert "Nothing was changed" in desk.get("/cases/x", 422)
