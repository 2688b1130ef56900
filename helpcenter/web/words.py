"""The words that rows keep, as people read them; `word` translates them where they are shown."""

from enum import StrEnum

from flask_babel import gettext

from helpcenter.errors import N_

WORDS = {
    # roles
    "anonymous": N_("visitor"),
    "customer": N_("customer"),
    "super-user": N_("super-user"),
    "expert": N_("expert"),
    "editor": N_("editor"),
    "admin": N_("admin"),
    # states of mail
    "new": N_("waiting"),
    "sending": N_("being sent"),
    "handing over": N_("being handed over"),
    "sent": N_("sent"),
    "unknown": N_("unknown whether sent"),
    "failed": N_("failed"),
}


def word(value: StrEnum) -> str:
    """The word for a role or a state of mail in the language of this request."""
    return str(gettext(WORDS[value.value]))
