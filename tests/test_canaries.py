"""What is private shows up nowhere: every page is opened as every kind of person, and searched for what he may not see."""

import io
import re
import zipfile
from itertools import product

import pytest
from sqlalchemy import select

from helpcenter.models import (
    Absence,
    Chapter,
    ClipState,
    CueRow,
    EntryState,
    FaqClip,
    LiveSessionState,
    Moderation,
    QuestionAttachment,
    RecordingState,
    RotaProposal,
    SessionQuestion,
    Swap,
    Transcript,
    Upload,
    Visibility,
)
from helpcenter.permissions import Role
from helpcenter.services import search
from helpcenter.web.events import stream
from helpcenter.worktime import Half
from tests.factories import (
    NOW,
    make_channel,
    make_clip,
    make_entry,
    make_question,
    make_recording,
    make_session,
    make_shift,
    make_team,
    make_topic,
    make_user,
)

PRIVATE = "canaryprivate"
CUSTOMERS = "canarycustomers"
SAME_PAGE = re.compile(r"[?&](?:amp;)?(?:t|lang|month)=[^&]*")
LINK = re.compile(r'(?:href|src|action|hx-get|data-[a-z-]+)="(/[^"#]*)')
MOST_PAGES = 250


@pytest.fixture(autouse=True)
def _streams_end(monkeypatch):
    monkeypatch.setattr(stream, "LIFE", 0.0)


def rota_things(db, staff, topic):
    """A team that nobody else is in, with shifts, an absence, an offer and a plan."""
    team = make_team(db, staff, name=PRIVATE, about=[topic])
    shift, open_ = make_shift(db, team, staff), make_shift(db, team, None, place=1)
    day = {"first_day": NOW.date(), "last_day": NOW.date()}
    halves = {"first_half": Half.MORNING, "last_half": Half.MORNING}
    away = Absence(user_id=staff.id, note=PRIVATE, created_at=NOW, **day, **halves)
    offer = Swap(shift_id=shift.id, offered_by_id=staff.id, created_at=NOW)
    empty = {"given": [], "shares": [], "clashes": [], "proven": True}
    plan = RotaProposal(created_at=NOW, rules={"teams": [team.id]}, digest="", plan=empty, **day)
    db.add_all([away, offer, plan])
    return [team, shift, open_, away, offer, plan]


@pytest.fixture
def things(ports):
    """Private things beside public ones, and the names under which addresses would ask for them."""
    storage = ports.storage
    with ports.database.transaction() as db:
        topic, staff = (
            make_topic(db, slug="battery"),
            make_user(db, Role.EXPERT, email=f"{PRIVATE}@example.org", name="Kim"),
        )
        shown = make_entry(db, title="How far?", topic=topic, state=EntryState.PUBLISHED, published_at=NOW)
        draft = make_entry(db, title=PRIVATE, body=PRIVATE, topic=topic, slug="a-draft")
        review = make_entry(db, title=PRIVATE, body=PRIVATE, topic=topic, slug="in-review", state=EntryState.IN_REVIEW)
        members = make_entry(
            db,
            title=CUSTOMERS,
            body=CUSTOMERS,
            topic=topic,
            slug="members",
            state=EntryState.PUBLISHED,
            visibility=Visibility.CUSTOMERS,
        )
        public = make_recording(db, topic=topic)
        secret = make_recording(db, topic=topic, title=PRIVATE, visibility=Visibility.STAFF)
        failed = make_recording(
            db,
            topic=topic,
            title="Broken",
            visibility=Visibility.STAFF,
            state=RecordingState.FAILED,
            description=PRIVATE,
        )
        clips = [
            make_clip(db, public, title=PRIVATE, state=state)
            for state in (ClipState.PROPOSED, ClipState.REJECTED, ClipState.WITHDRAWN)
        ]
        good = make_clip(db, public, title="How far?", state=ClipState.CONFIRMED)
        db.add(FaqClip(entry=shown, clip=good, best=True))
        db.add(FaqClip(entry=draft, clip=make_clip(db, secret, title=PRIVATE, state=ClipState.CONFIRMED)))
        for recording, word in ((public, "range"), (secret, PRIVATE)):
            transcript = Transcript(recording_id=recording.id, language="en", provider="captions", created_at=NOW)
            db.add(transcript)
            db.flush()
            db.add(CueRow(transcript_id=transcript.id, start=6, end=9, text=f"Something about {word}."))
            db.add(Chapter(recording_id=recording.id, start=0, end=60, title=f"About {word}", source="marker"))
        question = make_question(
            db, title=PRIVATE, body=PRIVATE, email=f"{PRIVATE}@example.org", topic=topic, confirmed=False
        )
        question.askers[0].name = PRIVATE
        asked = make_question(db, title="How far in winter?", body=PRIVATE, email=f"{PRIVATE}@example.org", topic=topic)
        asked.askers[0].name = asked.product = PRIVATE
        db.add(QuestionAttachment(question=asked, name=PRIVATE, created_at=NOW))
        held = make_question(db, title=PRIVATE, topic=topic, held_for="spam", email="held@example.org")
        upload = Upload(user_id=staff.id, name=PRIVATE, size=9, created_at=NOW, expires_at=NOW)
        db.add(upload)
        planned = make_session(db, title=PRIVATE, description=PRIVATE, state=LiveSessionState.DRAFT, topics=[topic])
        closed = make_session(db, title=CUSTOMERS, visibility=Visibility.CUSTOMERS, topics=[topic])
        watched = make_session(db, title="Live", state=LiveSessionState.LIVE, topics=[topic])
        for moderation in (Moderation.WAITING, Moderation.HIDDEN):
            hidden = make_question(db, title=PRIVATE, body=PRIVATE, email=f"{PRIVATE}{moderation}@example.org")
            given = {"moderation": moderation, "reason": PRIVATE, "name": PRIVATE, "voter": "somebody else"}
            db.add(SessionQuestion(session=watched, question=hidden, created_at=NOW, **given))
        db.add(SessionQuestion(session=closed, question=make_question(db, title=CUSTOMERS), created_at=NOW))
        make_channel(db, token=PRIVATE)
        duty = rota_things(db, staff, topic)
        db.flush()
        for entry in (shown, draft, review, members):
            search.index_entry(db, entry.id)
        for recording in (public, secret, failed):
            search.index_recording(db, recording.id)
        search.index_question(db, question.id)
        search.index_question(db, asked.id)
        keys = [
            f"recordings/{secret.public_id}/captions-0/captions.vtt",
            f"recordings/{public.public_id}/clip-{clips[0].public_id}/poster.jpg",
        ]
        public_ids = [
            row.public_id
            for row in (
                shown,
                draft,
                members,
                public,
                secret,
                failed,
                *clips,
                good,
                question,
                asked,
                held,
                staff,
                upload,
                planned,
                closed,
                watched,
                *duty,
            )
        ]
    file = ports.settings.scratch / "file"
    for key in keys:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PRIVATE)
        storage.put(key, file)
    return {"slug": ["battery", shown.slug, "a-draft", "in-review", "members"], "public_id": public_ids, "key": keys}


def addresses(app, things):
    """The address of every page, with every thing that its places could mean."""
    other = {"token": ["x"], "code": ["de", "en"], "step_id": [1], "mail_id": [1], "filename": ["css/site.css"]}
    other |= {"take": ["0000"], "name": ["init.mp4"], "kind": ["people", "teams"]}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        names = sorted(rule.arguments)
        for values in product(*(things.get(name) or other[name] for name in names)):
            built = rule.build(dict(zip(names, values, strict=True)))
            assert built
            yield built[1]
    for word, page in product(
        (PRIVATE, CUSTOMERS, PRIVATE[:6]), ("/search", "/search/suggest", "/ask/similar", "/ask")
    ):
        yield f"{page}?q={word}"


def read(answer):
    """What the answer says, also within an archive."""
    if answer.mimetype != "application/zip":
        return answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def opened(browser, start):
    """Every page that can be reached from `start`, with its body."""
    waiting, seen = list(start), set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop()
        if address in seen or address.startswith("/static/"):
            continue
        seen.add(address)
        answer = browser.get(address)
        yield address, answer.status_code, read(answer)
        waiting += (
            SAME_PAGE.sub("", link).replace("&amp;", "&")
            for link in (LINK.findall(answer.text) if answer.mimetype == "text/html" else ())
        )
        answer.close()


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.CUSTOMER, Role.SUPER_USER, Role.EXPERT])
def test_nobody_sees_what_is_not_for_him(app, client, ports, sign_in, things, role):
    browser = client
    if role is not Role.ANONYMOUS:
        with ports.database.transaction() as db:
            user = make_user(db, role)
        browser = sign_in(user)
    forbidden = {PRIVATE, CUSTOMERS} if role is Role.ANONYMOUS else {PRIVATE}
    pages = list(opened(browser, addresses(app, things)))
    echoed = re.compile(rf"q={PRIVATE}|q={CUSTOMERS}")
    leaks = [address for address, _, body in pages for word in forbidden if word in body and not echoed.search(address)]
    found = [
        (address, body)
        for address, _, body in pages
        if echoed.search(address) and re.search(r"<mark>canary|/faq/a-draft|/faq/in-review", body)
    ]
    assert leaks == []
    assert [address for address, body in found if PRIVATE in address or role is Role.ANONYMOUS] == []
    assert [address for address, status, _ in pages if status >= 500] == []


def test_the_crawl_would_notice_a_leak(app, ports, sign_in, things):
    with ports.database.transaction() as db:
        editor = make_user(db, Role.EDITOR)
    pages = opened(sign_in(editor), addresses(app, things))
    assert sum(PRIVATE in body for _, _, body in pages) > 10


def test_looking_changes_nothing(app, ports, client, things):
    def content():
        from helpcenter.models import Base

        with ports.database.reading() as db:
            return {table.name: sorted(map(repr, db.execute(select(table)))) for table in Base.metadata.sorted_tables}

    before = content()
    for address in addresses(app, things):
        client.get(address).close()
    assert content() == before
