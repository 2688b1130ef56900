"""The words of a mail, from its kind and parameters: templates/mail/<kind>.txt, whose first line is the subject, and .html."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from helpcenter.errors import Message
from helpcenter.services.accounts import LINK_LIFE
from helpcenter.services.notifications import links
from helpcenter.services.sessions.times import say_moment, say_when
from helpcenter.settings import Settings

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "mail"
TRANSLATIONS: Final = Path(__file__).resolve().parents[1] / "translations"
_SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail in words; `unsubscribe` is the page on which its reader ends such mail, "" where that would be senseless.

    With `one_click` mail programs may end it there by themselves (RFC 8058).
    """

    subject: str
    text: str
    html: str
    unsubscribe: str = ""
    one_click: bool = False


def render_mail(kind: str, params: Mapping[str, Any], language: str, settings: Settings) -> RenderedMail:
    """The mail in the language, in English where there is no translation.

    Raises jinja2.TemplateError or KeyError where `params` lack something that the kind needs.
    """
    environment = _environment(language, TRANSLATIONS)
    made = _LINKS[kind](params, settings)
    context = {"site_name": settings.site_name, "site_url": settings.site_url, "language": language, **params, **made}
    subject, _, text = environment.get_template(f"{kind}.txt").render(context).partition("\n")
    html = environment.get_template(f"{kind}.html").render(context)
    return RenderedMail(
        subject.removeprefix(_SUBJECT).strip(), text.strip() + "\n", html, made.get("unsubscribe", ""), made.get("one_click", False)
    )  # fmt: skip


def _answer_links(params: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    question = links.question_link(settings, params["question"], params["asker"])
    if params["entry"]:
        answer = links.entry_link(settings, params["entry"], params["clip"])
    elif params.get("session"):  # it still runs: its page plays the answer, now and later
        answer = links.session_link(settings, params["session"], params["question"])
    elif params["recording"]:
        answer = links.recording_link(settings, params["recording"], params["start"])
    else:
        answer = question
    return {"link": answer, "question_link": question, "unsubscribe": question}


def _asker_links(params: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    question = links.question_link(settings, params["question"], params["asker"])
    return {"link": question, "unsubscribe": question}


def _staff_links(params: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    return {"link": links.staff_question_link(settings, params["question"])}


def _solved_links(params: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    """Both answers lead to the question's page, where a button is pressed: mail scanners open every address once."""
    question = links.question_link(settings, params["question"], params["asker"])
    return {"yes": f"{question}&solved=yes#solved", "no": f"{question}&solved=no#solved", "unsubscribe": question}


def _session_links(params: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """For mail about live sessions, which tells of one (`session`) or of several (`sessions`)."""
    sessions = [
        {
            **one,
            "link": links.session_link(settings, one["session"]),
            "calendar": links.calendar_link(settings, one["session"]),
        }
        for one in params.get("sessions") or [params]
    ]
    stop = links.subscription_link(settings, params["subscription"])
    return {"sessions": sessions, "link": sessions[0]["link"], "unsubscribe": stop, "one_click": True}


def _news_links(params: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    answers = [{**one, "link": links.entry_link(settings, one["slug"])} for one in params["answers"]]
    stop = links.subscription_link(settings, params["subscription"])
    return {"answers": answers, "unsubscribe": stop, "one_click": True}


def _first_shift(shifts: list[Mapping[str, Any]], settings: Settings) -> str:
    """Where the shift can be taken; where all of them stand, if they are several."""
    if len(shifts) == 1:
        return links.shift_link(settings, shifts[0]["shift"])
    return links.rota_page(settings, shifts[0]["starts_at"][:10])


_LINKS: Final[dict[str, Callable[[Mapping[str, Any], Settings], dict[str, Any]]]] = {
    "alert": lambda params, settings: {"link": settings.site_url + params["path"]},
    "sign_in": lambda params, settings: {
        "link": links.sign_in_link(settings, params["token"], params.get("next")),
        "minutes": f"{LINK_LIFE.total_seconds() / 60:.0f}",
    },
    "confirm_question": lambda params, settings: {
        "link": links.question_link(settings, params["question"], params["asker"])
    },
    "question_answered": _answer_links,
    "question_declined": _asker_links,
    "question_assigned": _staff_links,
    "question_due": _staff_links,
    "question_passed_on": _staff_links,
    "question_solved": _solved_links,
    "circle_invitation": lambda _, settings: {
        "link": links.circle_link(settings, "join"),
        "rules": links.circle_link(settings, "rules"),
    },
    "question_scheduled": lambda params, settings: {
        "link": links.session_link(settings, params["session"], params["question"]),
        "calendar": links.calendar_link(settings, params["session"]),
        "question_link": links.question_link(settings, params["question"], params["asker"]),
        "unsubscribe": links.question_link(settings, params["question"], params["asker"]),
    },
    "confirm_subscription": lambda params, settings: {
        "link": links.subscription_link(settings, params["subscription"])
    },
    "topic_news": _news_links,
    "session_reminder": _session_links,
    "session_moved": _session_links,
    "session_dated": _session_links,
    "session_cancelled": _session_links,
    "shifts_open": lambda params, settings: {"link": _first_shift(params["shifts"], settings)},
    "shift_unfilled": lambda params, settings: {"link": _first_shift(params["shifts"], settings)},
    "swap_offered": lambda _, settings: {"link": links.swaps_link(settings)},
    "swap_accepted": lambda _, settings: {"link": links.rota_page(settings)},
    "swap_refused": lambda _, settings: {"link": links.rota_page(settings)},
    "rota_planned": lambda params, settings: {"link": links.rota_page(settings, params["first"])},
    "proposals_waiting": lambda params, settings: {"link": links.proposals_link(settings, params["recording"])},
}
KINDS: Final = frozenset(_LINKS)


@lru_cache(maxsize=8)
def _environment(language: str, translations: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = Translations.load(translations, [language])
    environment.filters["line"] = one_line
    environment.filters["when"] = lambda one: _when(one, language)
    environment.filters["moment"] = lambda at, zone: say_moment(datetime.fromisoformat(at), zone, language)
    environment.filters["date"] = lambda day: format_date(date.fromisoformat(day), "long", locale=language)
    environment.filters["say"] = lambda message: Message.from_json(message).said(
        words.gettext, lambda number: format_decimal(number, locale=language)
    )
    # The extension adds this method, which the type of Environment does not know.
    install: Callable[..., None] = environment.install_gettext_translations  # type: ignore[attr-defined]  # see above
    install(words, newstyle=True)
    return environment


def _when(one: Mapping[str, Any], language: str) -> str:
    start, end = (datetime.fromisoformat(one[name]) for name in ("starts_at", "ends_at"))
    return say_when(start, end, one["zone"], language)


def one_line(text: str) -> str:
    """The text with every run of spaces, breaks and control characters as one space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
