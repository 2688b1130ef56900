"""Entries: texts and revisions, states, clips."""

import pytest
from sqlalchemy import select, update

from helpcenter.errors import Conflict, InvalidInput
from helpcenter.models import (
    AuditRow,
    Clip,
    ClipState,
    ContentVersion,
    EntryState,
    FaqEntry,
    FaqRevision,
    SearchDocument,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import clips, faq
from tests.factories import NOW, make_clip, make_entry, make_recording, make_topic, make_user


@pytest.fixture
def editor(db):
    return make_user(db, Role.EDITOR, name="Edda")


@pytest.fixture
def entry(db, editor):
    return faq.create_entry(
        db, topic=None, language="de", title="Wie weit fährt es?", body="Weit.", editor=editor, now=NOW
    )


def save(db, entry, editor, body, *, seen, language="de", title="Wie weit fährt es?"):
    return faq.save_text(
        db, entry, language=language, title=title, body=body, seen=seen, editor=editor, now=NOW
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Wie weit fährt es?", "wie-weit-faehrt-es"),
        ("Größe & Maße", "groesse-masse"),
        ("Où est l'accu ?", "ou-est-laccu"),
        ("電池", "entry"),
        ("a" * 100, "a" * 80),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_a_slug_is_made_from_the_title(db, title, slug):
    entry = faq.create_entry(db, topic=None, language="en", title=title, body="", editor=None, now=NOW)
    assert entry.slug == slug


def test_the_same_title_gets_the_next_free_slug(db):
    slugs = [
        faq.create_entry(db, topic=None, language="en", title="How far?", body="", editor=None, now=NOW).slug
        for _ in range(3)
    ]
    assert slugs == ["how-far", "how-far-2", "how-far-3"]


def test_each_saving_is_a_revision(db, entry, editor):
    save(db, entry, editor, "Sehr weit.", seen=1)
    found = [(revision.number, revision.body, author) for revision, author in faq.revisions(db, entry, "de")]
    assert found == [(2, "Sehr weit.", "Edda"), (1, "Weit.", "Edda")]


def test_saving_the_same_text_makes_no_revision(db, entry, editor):
    assert save(db, entry, editor, "Weit.", seen=1).revision == 1


@pytest.mark.usefixtures("each_database")
def test_who_was_slower_is_told_and_changes_nothing(ports):
    with ports.database.transaction() as db:
        editor = make_user(db, Role.EDITOR)
        number = faq.create_entry(
            db, topic=None, language="de", title="Wie weit?", body="Weit.", editor=editor, now=NOW
        ).id
    with ports.database.transaction() as db:
        save(db, db.get_one(FaqEntry, number), None, "Sehr weit.", seen=1)
    with pytest.raises(faq.SavedMeanwhile), ports.database.transaction() as db:
        save(db, db.get_one(FaqEntry, number), None, "Nicht weit.", seen=1)
    with ports.database.reading() as db:
        assert db.get_one(FaqEntry, number).texts[0].body == "Sehr weit."
        assert db.scalars(select(FaqRevision.number)).all() == [1, 2]


def test_an_earlier_revision_comes_back_as_the_newest(db, entry, editor):
    save(db, entry, editor, "Sehr weit.", seen=1)
    text = faq.restore(db, entry, language="de", number=1, editor=editor, now=NOW)
    assert (text.body, text.revision) == ("Weit.", 3)


def test_an_entry_has_a_version_in_each_language(db, entry, editor):
    save(db, entry, editor, "Far.", seen=0, language="en", title="How far does it go?")
    db.expire(entry)
    assert [(text.language, text.title) for text in entry.texts] == [
        ("de", "Wie weit fährt es?"),
        ("en", "How far does it go?"),
    ]


@pytest.mark.parametrize("title", ["", "  ", "x" * 301])
def test_a_title_must_be_there_and_fit(db, title):
    with pytest.raises(InvalidInput):
        faq.create_entry(db, topic=None, language="en", title=title, body="", editor=None, now=NOW)


@pytest.mark.usefixtures("each_database")
def test_an_entry_goes_from_draft_to_stale_and_back(ports):
    states = []
    with ports.database.transaction() as db:
        entry = make_entry(db)
        for step in (faq.submit, faq.send_back, faq.submit, faq.publish, faq.mark_stale, faq.publish, faq.unpublish):
            step(db, entry, editor=None, now=NOW)
            states.append(entry.state.value)
        actions = db.scalars(select(AuditRow.action).where(AuditRow.kind == "entry").order_by(AuditRow.id)).all()
    assert states == ["in review", "draft", "in review", "published", "stale", "published", "draft"]
    assert actions == ["submit", "send back", "submit", "publish", "mark stale", "publish", "unpublish"]


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (EntryState.DRAFT, faq.unpublish), (EntryState.DRAFT, faq.mark_stale), (EntryState.DRAFT, faq.send_back),
        (EntryState.PUBLISHED, faq.submit), (EntryState.PUBLISHED, faq.send_back), (EntryState.STALE, faq.mark_stale),
    ],
)  # fmt: skip
def test_what_a_state_does_not_allow_is_refused(db, state, step):
    entry = make_entry(db, state=state)
    with pytest.raises(Conflict):
        step(db, entry, editor=None, now=NOW)
    assert entry.state is state


def test_who_comes_second_is_told(db):
    entry = make_entry(db)
    meanwhile = update(FaqEntry).values(state=EntryState.IN_REVIEW)
    db.execute(meanwhile, execution_options={"synchronize_session": False})
    with pytest.raises(Conflict):
        faq.submit(db, entry, editor=None, now=NOW)


def test_an_entry_without_an_answer_is_not_published(db):
    entry = make_entry(db, body=" ")
    with pytest.raises(InvalidInput):
        faq.publish(db, entry, editor=None, now=NOW)


def test_publishing_makes_it_findable_and_cached_pages_stale(ports):
    def version():
        with ports.database.reading() as db:
            return db.scalar(select(ContentVersion.number))

    with ports.database.transaction() as db:
        number = make_entry(db, title="How far?").id
    before = version()
    with ports.database.transaction() as db:
        faq.publish(db, db.get_one(FaqEntry, number), editor=None, now=NOW)
    assert version() == before + 1
    with ports.database.reading() as db:
        wanted = select(SearchDocument.title, SearchDocument.visibility)
        assert [tuple(row) for row in db.execute(wanted)] == [("How far?", Visibility.PUBLIC)]


def test_a_published_text_is_found_in_its_new_words(db):
    entry = make_entry(db, state=EntryState.PUBLISHED)
    save(db, entry, None, "Sixty miles.", seen=1, language="en", title="How far?")
    assert db.scalars(select(SearchDocument.title)).all() == ["How far?"]


def test_what_is_taken_off_the_site_is_for_staff_only(db):
    entry = make_entry(db)
    faq.publish(db, entry, editor=None, now=NOW)
    faq.unpublish(db, entry, editor=None, now=NOW)
    assert db.scalars(select(SearchDocument.visibility)).all() == [Visibility.STAFF]


@pytest.fixture
def three(db):
    """An entry and three clips."""
    recording = make_recording(db)
    return make_entry(db), [make_clip(db, recording, start=n, end=n + 1, title=str(n)) for n in range(3)]


def shown(entry):
    return [(link.clip.title, link.best) for link in entry.clips]


def test_the_first_clip_is_the_best_and_the_others_follow(db, three):
    entry, some = three
    for clip in (*some, some[0]):
        faq.attach_clip(db, entry, clip, now=NOW)
    assert shown(entry) == [("0", True), ("1", False), ("2", False)]


@pytest.mark.usefixtures("each_database")
def test_exactly_one_clip_is_best(ports):
    with ports.database.transaction() as db:
        recording, entry = make_recording(db), make_entry(db)
        some = [make_clip(db, recording, title=str(number)) for number in range(3)]
        for clip in some:
            faq.attach_clip(db, entry, clip, now=NOW)
        faq.choose_best(db, entry, some[2], now=NOW)
        faq.choose_best(db, entry, some[1], now=NOW)
        number = entry.id
    with ports.database.reading() as db:
        assert shown(db.get_one(FaqEntry, number)) == [("0", False), ("1", True), ("2", False)]


def test_a_foreign_clip_cannot_be_best(db, three):
    entry, some = three
    with pytest.raises(InvalidInput):
        faq.choose_best(db, entry, some[0], now=NOW)


def test_clips_are_put_in_order(db, three):
    entry, some = three
    for clip in some:
        faq.attach_clip(db, entry, clip, now=NOW)
    faq.order_clips(db, entry, [some[2].public_id, some[0].public_id], now=NOW)
    db.flush()
    db.expire(entry)
    assert [title for title, _ in shown(entry)] == ["2", "0", "1"]


def test_when_the_best_clip_goes_the_next_is_best(db, three):
    entry, some = three
    for clip in some:
        faq.attach_clip(db, entry, clip, now=NOW)
    faq.detach_clip(db, entry, some[0], now=NOW)
    db.flush()
    db.expire(entry)
    assert shown(entry) == [("1", True), ("2", False)]


def test_a_published_answer_keeps_its_only_clip(db):
    entry, clip = make_entry(db, body=""), make_clip(db, make_recording(db))
    faq.attach_clip(db, entry, clip, now=NOW)
    faq.publish(db, entry, editor=None, now=NOW)
    with pytest.raises(Conflict):
        faq.detach_clip(db, entry, clip, now=NOW)


@pytest.mark.parametrize(("body", "state"), [("", EntryState.DRAFT), ("Far.", EntryState.PUBLISHED)])
def test_an_entry_whose_last_answer_is_withdrawn_leaves_the_site(db, body, state):
    entry, clip = make_entry(db, body=body), make_clip(db, make_recording(db), state=ClipState.CONFIRMED)
    faq.attach_clip(db, entry, clip, now=NOW)
    faq.publish(db, entry, editor=None, now=NOW)
    clips.withdraw(db, clip, editor=None, now=NOW)
    assert (entry.state, shown(entry)) == (state, [])


def test_entries_are_listed_by_what_is_asked_for(db):
    bikes = make_topic(db)
    found = make_entry(db, title="How far does it go?", topic=bikes, state=EntryState.PUBLISHED)
    faq.attach_clip(db, found, make_clip(db, make_recording(db), state=ClipState.CONFIRMED), now=NOW)
    make_entry(db, title="How far away?", language="de", topic=bikes, state=EntryState.PUBLISHED)
    make_entry(db, title="How far?", state=EntryState.PUBLISHED)
    make_entry(db, title="How far, again", topic=bikes)
    lines, total = faq.list_entries(
        db, state=EntryState.PUBLISHED, topics=[bikes.id], language="en", words="FAR how"
    )  # fmt: skip
    assert [(line.title("de"), line.clips) for line in lines] == [("How far does it go?", 1)]
    assert total == 1
    assert faq.count_by_state(db)[EntryState.PUBLISHED] == 3
    assert db.scalars(select(Clip.state)).all() == [ClipState.CONFIRMED]
