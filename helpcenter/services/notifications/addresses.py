"""Mail addresses: one person each, nothing around it."""

import re

from helpcenter.errors import N_, InvalidInput

_LONGEST = 254
_LONGEST_LOCAL = 64
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@{_LABEL}(?:\.{_LABEL})+|{_ATOM}@localhost", re.ASCII)


def clean_address(text: str) -> str:
    """The one addr-spec that `text` is, in lower case, its domain in ASCII (a dot-atom of RFC 5322, as browsers check it).

    Raises InvalidInput for anything else: several addresses, names or comments around one, quotes, line breaks.
    """
    local, _, domain = text.strip(" ").lower().rpartition("@")
    address = f"{local}@{_ascii(domain)}"
    if len(address) > _LONGEST or len(local) > _LONGEST_LOCAL or not _ADDRESS.fullmatch(address):
        raise InvalidInput(N_("This is not a mail address. Please write it like name@example.com."))
    return address


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return ""
