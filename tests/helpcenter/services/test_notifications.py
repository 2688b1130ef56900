from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, InvalidInput, Message
from helpcenter.jobs import SEND_MAIL, Doorbell
from helpcenter.models import AuditRow, MailState, OutgoingMail
from helpcenter.permissions import Role
from helpcenter.services import notifications
from helpcenter.services.notifications import sending
from tests.factories import NOW, make_clip, make_recording, make_user

MINUTE = timedelta(minutes=1)


def _queue(db, key="sign-in:1", **values):
    defaults = {
        "kind": "sign_in",
        "params": {"token": "T"},
        "recipient": "kim@example.org",
        "language": "de",
        "now": NOW,
    }
    return notifications.queue_mail(db, effect_key=key, **{**defaults, **values})


def _mails(db):
    return list(db.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def _claim(db, mail, now=NOW):
    return notifications.claim(db, mail.id, now=now, lease=MINUTE, hand_over=10 * MINUTE)


def test_an_event_makes_one_mail_and_rings_once(each_database, ports, queue):
    for _ in range(2):
        with ports.database.transaction() as db:
            told = [_queue(db), _queue(db, recipient="other@example.org"), _queue(db, "sign-in:2")]
    with ports.database.reading() as db:
        mails = _mails(db)
    assert told == [False, False, False]
    assert [(mail.recipient, mail.state) for mail in mails] == [("kim@example.org", MailState.NEW)] * 2
    assert queue.rung == [Doorbell(SEND_MAIL, mail.id) for mail in mails]


def test_one_event_told_by_many_at_once_makes_one_mail(each_database, ports):
    def tell(_):
        with ports.database.transaction() as db:
            return _queue(db)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tell, range(16))) == 1


def test_the_message_id_follows_from_the_event_alone(db):
    _queue(db)
    assert _mails(db)[0].message_id == notifications.message_id("sign-in:1")
    assert len({notifications.message_id(f"sign-in:{number}") for number in range(1000)}) == 1000


def test_a_mail_to_nobody_is_refused(db):
    with pytest.raises(InvalidInput):
        _queue(db, recipient="kim@example.org, other@example.org")


def test_a_mail_belongs_to_one_worker_until_its_lease_ends(each_database, db):
    _queue(db)
    (mail,) = _mails(db)
    first = _claim(db, mail)
    assert _claim(db, mail, NOW + MINUTE) is None
    second = _claim(db, mail, NOW + MINUTE * 2)
    assert (first.fence, second.fence, second.was_handing_over) == (1, 2, False)
    for late in (
        lambda: notifications.hand_over(db, first, now=NOW, lease=MINUTE),
        lambda: notifications.put_off(db, first, Message("x"), now=NOW),
        lambda: notifications.mark_failed(db, first, Message("x")),
    ):
        with pytest.raises(notifications.NotOursAnyMore):
            late()
    notifications.hand_over(db, second, now=NOW, lease=MINUTE)
    notifications.mark_sent(db, second, now=NOW)
    db.refresh(mail)
    assert (mail.state, mail.params) == (MailState.SENT, {})


def test_a_mail_is_not_sent_without_having_been_handed_over(db):
    _queue(db)
    claim = _claim(db, *_mails(db))
    with pytest.raises(notifications.NotOursAnyMore):
        notifications.mark_sent(db, claim, now=NOW)


def test_who_takes_over_a_hand_over_has_to_find_out_first(db):
    _queue(db)
    (mail,) = _mails(db)
    notifications.hand_over(db, _claim(db, mail), now=NOW, lease=10 * MINUTE)
    assert _claim(db, mail, NOW + 10 * MINUTE) is None
    claim = _claim(db, mail, NOW + 11 * MINUTE)
    assert claim.was_handing_over
    notifications.take_back(db, claim, now=NOW, lease=MINUTE)
    db.refresh(mail)
    assert mail.state is MailState.SENDING


def test_due_are_the_new_and_the_abandoned(each_database, db):
    for key, due in (("later", NOW + MINUTE), ("taken", NOW), ("new", NOW - MINUTE)):
        _queue(db, key, now=due)
    later, taken, new = _mails(db)
    _claim(db, taken)
    assert notifications.due_mails(db, NOW) == [new.id]
    assert notifications.due_mails(db, NOW + 2 * MINUTE) == [new.id, taken.id, later.id]


def test_a_mail_that_kills_its_senders_is_given_up(db):
    _queue(db)
    (mail,) = _mails(db)
    now = NOW
    while _claim(db, mail, now):
        now += 2 * MINUTE
    db.refresh(mail)
    assert (mail.state, mail.attempts) == (MailState.FAILED, sending.MAX_ATTEMPTS)


@pytest.mark.parametrize("state", MailState)
def test_only_what_failed_or_is_unknown_is_sent_again(db, state):
    _queue(db, kind="question_answered", params={})
    (mail,) = _mails(db)
    mail.state, mail.attempts, editor = state, 9, make_user(db, Role.ADMIN)
    db.flush()
    if state in {MailState.FAILED, MailState.UNKNOWN}:
        notifications.send_again(db, mail, now=NOW, actor=editor)
        db.refresh(mail)
        assert (mail.state, mail.attempts) == (MailState.NEW, 0)
        assert [(row.actor_id, row.thing_id) for row in db.scalars(select(AuditRow))] == [(editor.id, mail.id)]
    else:
        with pytest.raises(Conflict, match="on its way"):
            notifications.send_again(db, mail, now=NOW, actor=editor)


def test_a_sign_in_link_is_not_sent_again(db):
    _queue(db)
    (mail,) = _mails(db)
    mail.state = MailState.FAILED
    with pytest.raises(Conflict, match="new one"):
        notifications.send_again(db, mail, now=NOW, actor=None)


def test_every_state_has_its_transitions():
    assert set(sending.TRANSITIONS) == set(MailState)


def test_editors_hear_once_of_a_recordings_proposals(db):
    recording = make_recording(db)
    editors = [make_user(db, Role.EDITOR, language=language) for language in ("de", "en")]
    make_user(db, Role.EDITOR, disabled_at=NOW)
    make_user(db, Role.ADMIN)
    assert notifications.mail_proposals(db, recording, now=NOW) == 0
    make_clip(db, recording)
    assert [notifications.mail_proposals(db, recording, now=NOW) for _ in range(2)] == [2, 0]
    assert [(mail.recipient, mail.language, mail.params["count"]) for mail in _mails(db)] == [
        (editor.email, editor.language, 1) for editor in editors
    ]


def test_admins_hear_of_proposals_where_there_is_no_editor(db):
    recording, admin = make_recording(db), make_user(db, Role.ADMIN)
    make_clip(db, recording)
    notifications.mail_proposals(db, recording, now=NOW)
    assert [mail.recipient for mail in _mails(db)] == [admin.email]


def test_each_admin_hears_once_of_an_event_whoever_notices_it(each_database, ports):
    with ports.database.transaction() as db:
        admins = [make_user(db, Role.ADMIN, language=language) for language in ("de", "en")]
        make_user(db, Role.ADMIN, disabled_at=NOW)
        make_user(db, Role.EDITOR)

    def notice(_):
        with ports.database.transaction() as db:
            what = Message("%(title)s is gone.", {"title": "Kanal"})
            return notifications.alert_admins(db, effect_key="gone:7Hq", message=what, link="/admin/channels", now=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(notice, range(8))) == 2
    with ports.database.reading() as db:
        assert [(mail.recipient, mail.language, mail.kind) for mail in _mails(db)] == [
            (admin.email, admin.language, "alert") for admin in admins
        ]
