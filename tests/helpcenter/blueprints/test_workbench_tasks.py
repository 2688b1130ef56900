"""What readers say is wrong, as editors see it."""

import re

import pytest
from sqlalchemy import select

from helpcenter.models import EditorTask, EntryState, QuestionState, Rating, RatingKind, TaskState
from helpcenter.permissions import Role
from helpcenter.services import questions, ratings
from tests.factories import NOW, make_answer, make_question, make_user

EN = {"Accept-Language": "en"}


@pytest.fixture
def entry(ports):
    with ports.database.transaction() as db:
        return make_answer(db, title="How far?")


@pytest.fixture
def editor(ports, sign_in):
    with ports.database.transaction() as db:
        person = make_user(db, Role.EDITOR, name="Eda")
    return sign_in(person)


@pytest.fixture
def task(ports, entry):
    with ports.database.transaction() as db:
        for words in ("That was last year.", "<b>Old</b>"):
            ratings.rate(db, entry.id, None, helpful=False, reason=words, kind=RatingKind.OUTDATED, now=NOW)
        return db.scalars(select(EditorTask)).one()


def as_browser(client, name, **form):
    return client.post("/faq/how-far/rating", data=form, headers={"User-Agent": name, "Accept-Language": "en"})


def test_a_no_asks_what_is_wrong_and_the_reason_replaces_it(client, ports, entry):
    clip = entry.clips[0].clip.public_id
    answer = as_browser(client, "one", helpful="no", clip=clip)
    page = client.get(answer.location, headers=EN).text
    assert "What is wrong with this answer?" in page
    values = re.findall(r'name="kind" value="([^"]+)"', page)
    assert values == ["outdated", "unclear", "wrong product", "something else"]
    answer = as_browser(client, "one", helpful="no", clip=clip, kind="outdated", reason="Old")
    assert answer.location == f"/faq/how-far?rated=told&clip={clip}#helpful"
    assert "Thank you for telling us." in client.get(answer.location, headers=EN).text
    with ports.database.reading() as db:
        rating = db.scalars(select(Rating)).one()
        assert (rating.kind, rating.reason, rating.clip_id) == (RatingKind.OUTDATED, "Old", entry.clips[0].clip_id)


def test_a_browser_counts_once_a_day_and_gets_no_cookie(client, ports, clock, entry):
    for name in ("one", "one", "two"):
        answer = as_browser(client, name, helpful="yes")
        assert "Set-Cookie" not in answer.headers
    clock.advance(days=1)
    as_browser(client, "one", helpful="yes")
    with ports.database.reading() as db:
        assert len(db.scalars(select(Rating)).all()) == 3


def test_a_form_cannot_speak_for_an_asker(client, ports, entry):
    as_browser(client, "one", helpful="no", kind="failed answer", reason="x")
    with ports.database.reading() as db:
        assert (db.scalars(select(Rating.kind)).one(), db.scalars(select(EditorTask)).all()) == (RatingKind.OTHER, [])


def test_the_task_stands_there_with_words_as_text_and_leads_to_its_entry(editor, task, entry):
    page = editor.get("/workbench/tasks", headers=EN).text
    assert [
        "2 readers" in page, "That was last year." in page, "&lt;b&gt;Old&lt;/b&gt;" in page,
        f'href="/workbench/entries/{entry.public_id}"' in page,
    ] == [True] * 4  # fmt: skip


def test_an_editor_takes_it_marks_its_entry_and_is_done(editor, ports, task, entry):
    for action in ("take", "mark_stale", "done"):
        answer = editor.post(f"/workbench/tasks/{task.public_id}", data={"action": action})
        assert (answer.status_code, answer.location) == (303, f"/workbench/tasks?done=task_{action}")
    with ports.database.reading() as db:
        assert (db.get_one(EditorTask, task.id).state, db.merge(entry, load=True).state) == (
            TaskState.DONE, EntryState.PUBLISHED,
        )  # fmt: skip
    again = editor.post(f"/workbench/tasks/{task.public_id}", data={"action": "done"}, headers=EN)
    assert (again.status_code, "Somebody else has seen to this" in again.text) == (409, True)


def test_a_dismissal_without_a_reason_is_said_beside_it(editor, task):
    answer = editor.post(f"/workbench/tasks/{task.public_id}", data={"action": "dismiss", "reason": " "}, headers=EN)
    assert (answer.status_code, "Please say in some words why nothing has to be done." in answer.text) == (400, True)
    assert '<details class="with-reason" open>' in answer.text
    editor.post(f"/workbench/tasks/{task.public_id}", data={"action": "dismiss", "reason": "It is right."})
    page = editor.get("/workbench/tasks", headers=EN).text
    assert ["Nothing to mend" in page, "It is right." in page] == [True, True]


@pytest.mark.parametrize(("role", "status"), [(Role.CUSTOMER, 403), (Role.EXPERT, 403), (Role.ADMIN, 200)])
def test_who_may_see_it(ports, sign_in, role, status):
    with ports.database.transaction() as db:
        person = make_user(db, role)
    assert sign_in(person).get("/workbench/tasks").status_code == status


def test_what_an_asker_was_not_helped_by_is_said_in_the_editors_language(editor, ports, entry):
    with ports.database.transaction() as db:
        question = make_question(db, state=QuestionState.ANSWERED, entry_id=entry.id)
        questions.say_unsolved(
            db, question.askers[0], trouble=questions.Trouble.OTHER_CASE, text="Still <cold>.", now=NOW, actor=None
        )
    page = editor.get("/workbench/tasks", headers={"Accept-Language": "de"}).text
    assert ["Sie passt nicht zu meinem Fall: Still &lt;cold&gt;." in page, "other case" in page] == [True, False]
