"""The form of a live session: what was typed, as the services want it, with a sentence beside each field that cannot be used."""

from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpcenter.blueprints.workbench.forms import Form
from helpcenter.blueprints.workbench.frame import LANGUAGE_NAMES
from helpcenter.errors import InvalidInput
from helpcenter.models import Channel, ChannelState, LiveSession, Topic, User
from helpcenter.permissions import Action, may
from helpcenter.services.channels.local import LOCAL, is_local, local_channel
from helpcenter.services.sessions import SessionDetails, agenda
from helpcenter.services.sessions.details import LONGEST, LONGEST_TITLE, SHORTEST
from helpcenter.services.sessions.pictures import Picture, read_picture
from helpcenter.services.sessions.polls import MOST as MOST_DATES
from helpcenter.services.sessions.words import DoubledTime, SkippedTime, in_words
from helpcenter.web import allowed, now, say, signed_in_user
from helpcenter.web.sessions import AUDIENCES
from streaming.schedule import expand, read_local, read_rule, read_zone, to_instant

MINUTES: Final = 60
ROWS: Final = 5
FOLDS: Final = {"0": 0, "1": 1}
HERE: Final = "here"
"""The value of this site among the channels of the form."""
AT_ONCE: Final = "at once"
CONFIRMED: Final = "confirmed"
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LAST_WEEK: Final = 5
_LONGEST_ID: Final = 9
"""Digits; databases refuse to look for a number that is larger than any id."""
_REPEATS: Final = {"weekly": "FREQ=WEEKLY", "fortnightly": "FREQ=WEEKLY;INTERVAL=2", "monthly": "", "own": ""}


class _Fields(NamedTuple):
    """Beside which fields the errors of a start stand."""

    day: str
    time: str
    fold: str


def read_form() -> Form:
    """Everything that was typed; lists for what there may be several of."""
    form = Form(request.form.to_dict())
    form.values["topics"], form.values["hosts"] = request.form.getlist("topics"), request.form.getlist("hosts")
    days, times = request.form.getlist("date")[:MOST_DATES], request.form.getlist("time")[:MOST_DATES]
    form.values["dates"] = [{"date": day, "time": time} for day, time in zip(days, times, strict=False)]
    return form


def offered(db: Session, session: LiveSession) -> Form:
    """The form as it stands for a session that is there."""
    zone = ZoneInfo(session.zone)
    start = session.starts_at.astimezone(zone)
    twice = start.replace(fold=0).utcoffset() != start.replace(fold=1).utcoffset()
    return Form(
        {
            "title": session.title, "description": session.description, "language": session.language, "zone": session.zone,
            "topics": [topic.slug for topic in session.topics], "hosts": [host.public_id for host in session.hosts],
            "date": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}", "fold": str(start.fold) if twice else "",
            "minutes": round((session.ends_at - session.starts_at).total_seconds() / 60), "visibility": session.visibility.value,
            "channel": channel_name(db.get(Channel, session.channel_id) if session.channel_id else None),
            "relay": str(session.relay_channel_id or ""), "moderated": "1" if session.moderated else "",
            "answers": AT_ONCE if session.answers_at_once else CONFIRMED, "scope": "one", "dates": [],
        }
    )  # fmt: skip


def details(db: Session, form: Form) -> SessionDetails:
    """What the session is to be; where the form has errors, it must not be used."""
    return SessionDetails(
        title=_title(form),
        description=form.get("description").strip(),
        language=form.one_of("language", {code: code for code in LANGUAGE_NAMES}),
        zone=_zone(form),
        minutes=_minutes(form),
        visibility=form.one_of("visibility", {key.value: key for key in AUDIENCES}),
        topics=list(db.scalars(select(Topic).where(Topic.slug.in_(form.values["topics"])).order_by(Topic.id))),
        hosts=_hosts(db, form),
        channel=_channel(db, form, "channel"),
        relay=_channel(db, form, "relay") if form.get("channel") == HERE else None,
        moderated=bool(form.get("moderated")),
        answers_at_once=form.get("answers") != CONFIRMED,
    )


def start_of(form: Form, *, was: str = "") -> str:
    """The local start "2026-12-03T18:00" of the fields for day and time. `was` is the one that it has, which may have passed."""
    return _start(form, form.get("date"), form.get("time"), _Fields("date", "time", "fold"), was)


def starts_of(form: Form) -> list[str]:
    """The local starts of all rows that were filled in; at least two."""
    rows: list[dict[str, str]] = form.values["dates"]
    starts = [
        _start(form, row["date"], row["time"], _Fields(*[f"date-{number}"] * 3))
        for number, row in enumerate(rows)
        if row["date"]
    ]
    if len(starts) < 2 and not form.errors:  # noqa: PLR2004 -- one date is no choice
        form.errors["dates"] = gettext("Please propose at least two dates.")
    return starts


def rule_of(form: Form, start: str) -> str:
    """The RRULE of the chooser or of one's own, "" for a session that does not repeat."""
    repeat = form.get("repeat")
    if repeat not in _REPEATS or not form.ok:
        return ""
    rule = form.get("rrule") if repeat == "own" else f"{_REPEATS[repeat] or _monthly(start)};{_end_of(form)}"
    if form.errors:
        return ""
    field = "rrule" if repeat == "own" else "until" if form.get("ends") == "until" else "count"
    try:
        with in_words():
            expand(read_rule(rule), read_local(start), read_zone(form.get("zone")), fold=FOLDS.get(form.get("fold")))
    except InvalidInput as error:
        form.errors[field] = say(error.message)
    return rule


def picture_of(form: Form) -> tuple[bytes, Picture] | None:
    """The picture that was sent with the form and what it is, if any."""
    file = request.files.get("picture")
    if file is None:
        return None
    content = file.read()
    file.close()
    if not content:
        return None
    try:
        return content, read_picture(content)
    except InvalidInput as error:
        form.errors["picture"] = say(error.message)
        return None


def channel_name(channel: Channel | None) -> str:
    """The value of a channel in the form, "" for none."""
    return "" if channel is None else HERE if is_local(channel) else str(channel.id)


def whole_number(form: Form, name: str) -> int:
    """A number of at least 1."""
    text = form.get(name).strip()
    if not text.isdecimal() or not 0 < len(text) < 6 or not int(text):  # noqa: PLR2004 -- longer ones are absurd in any unit
        form.errors[name] = gettext("Please write a whole number.")
        return 1
    return int(text)


def _title(form: Form) -> str:
    title = form.title()
    if len(title) > LONGEST_TITLE:
        form.errors["title"] = gettext(
            "This title has %(length)s characters; YouTube takes %(most)s at most.",
            length=len(title),
            most=LONGEST_TITLE,
        )
    elif set(title) & set("<>"):
        form.errors["title"] = gettext("YouTube takes neither < nor > in a title.")
    return title


def _minutes(form: Form) -> int:
    minutes = whole_number(form, "minutes")
    if "minutes" not in form.errors and not SHORTEST <= minutes <= LONGEST:
        form.errors["minutes"] = gettext(
            "A session lasts from %(least)s minutes to %(most)s (12 hours).", least=SHORTEST, most=LONGEST
        )
    return minutes


def _zone(form: Form) -> str:
    zone = form.get("zone")
    try:
        with in_words():
            read_zone(zone)
    except InvalidInput as error:
        form.errors["zone"] = say(error.message)
    return zone


def _hosts(db: Session, form: Form) -> list[User]:
    wanted = select(User).where(User.public_id.in_(form.values["hosts"])).order_by(User.id)
    hosts = [person for person in db.scalars(wanted) if may(person.role, Action.HOST, own=True)]
    if not hosts:
        form.errors["hosts"] = gettext("Please choose who answers on camera.")
    elif not allowed(Action.SCHEDULE) and signed_in_user().id not in {person.id for person in hosts}:
        form.errors["hosts"] = gettext("You can schedule sessions in which you are a host yourself.")
    return hosts


def _channel(db: Session, form: Form, field: str) -> Channel | None:
    name = form.get(field)
    if not name:
        return None
    if name == HERE and field == "channel":
        return local_channel(db, now=now())
    known = name.isdecimal() and len(name) <= _LONGEST_ID
    channel = db.get(Channel, int(name)) if known else None
    if channel is None or is_local(channel):
        form.errors[field] = gettext("Please choose one of these.")
    return channel


def _start(form: Form, day: str, time: str, fields: _Fields, was: str = "") -> str:
    """An error beside the field that is to blame."""
    for text, field, read, said in (
        (day, fields.day, date.fromisoformat, gettext("Please choose a day.")),
        (f"2000-01-01T{time}", fields.time, datetime.fromisoformat, gettext("Please choose a time.")),
    ):
        try:
            read(text)
        except ValueError:
            form.errors.setdefault(field, said)
            return ""
    start = f"{day}T{time[:5]}"
    if start != was:
        _check_start(form, start, fields)
    return start


def _check_start(form: Form, start: str, fields: _Fields) -> None:
    try:
        with in_words():
            at = to_instant(read_local(start), read_zone(form.get("zone")), fold=FOLDS.get(form.get("fold")))
    except DoubledTime as error:
        said = (
            say(error.message)
            if fields.fold == "fold"
            else gettext("The clocks show this time twice. Please choose another.")
        )
        form.errors.setdefault(fields.fold, said)
    except SkippedTime as error:
        form.errors.setdefault(fields.time, say(error.message))
    except InvalidInput as error:
        form.errors.setdefault("zone", say(error.message))
    else:
        if at <= now():
            form.errors.setdefault(fields.day, gettext("This start is past. Please choose a later one."))


def _monthly(start: str) -> str:
    """The same weekday of each month, such as the first Thursday; the fifth one means the last."""
    day = datetime.fromisoformat(start)
    week = (day.day - 1) // 7 + 1
    return f"FREQ=MONTHLY;BYDAY={-1 if week == _LAST_WEEK else week}{_DAYS[day.weekday()]}"


def _end_of(form: Form) -> str:
    if form.get("ends") != "until":
        return f"COUNT={whole_number(form, 'count')}"
    try:
        return f"UNTIL={date.fromisoformat(form.get('until')):%Y%m%d}"
    except ValueError:
        form.errors["until"] = gettext("Please choose a day.")
        return ""


def choices(db: Session, session: LiveSession | None) -> dict[str, Any]:
    """Hosts and channels to choose from; a channel that is revoked only where the session has it already."""
    kept = {session.channel_id, session.relay_channel_id} if session else set()
    usable = or_(Channel.state != ChannelState.REVOKED, Channel.id.in_(kept - {None}))
    others = db.scalars(select(Channel).where(Channel.platform != LOCAL, usable).order_by(Channel.title)).all()
    named = [(channel_name(one), one.title) for one in others]
    return {
        "people": agenda.people_who_host(db, *(session.hosts if session else [])),
        "channels": [(HERE, gettext("this site")), *named], "relays": named,
        "answers": {AT_ONCE: gettext("as soon as it is cut, seconds later"), CONFIRMED: gettext("once an editor has confirmed it")},
    }  # fmt: skip
