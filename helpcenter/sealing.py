"""Secrets at rest: sealed with AES-GCM under a ring of keys, bound to what they belong to.

A sealed text is `v1.<key id>.<base64url of nonce and ciphertext>`. Version, key id and `bound_to` are authenticated with it,
so that a sealed text that was moved to another row does not open. Source: NIST SP 800-38D (96-bit random nonces).
"""

import os
import re
import secrets
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpcenter.errors import N_, NotConfigured
from helpcenter.settings import Settings

_VERSION: Final = "v1"
_NONCE: Final = 12
_KEY: Final = 32
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_FILE: Final = "encryption_keys"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by their ids: `first` seals, all open."""

    first: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The ring of HELPCENTER_ENCRYPTION_KEYS, or of the file in the data root, which is made at first use.

        Raises NotConfigured where an entry cannot be read; the sentence never holds a key.
        """
        text = settings.encryption_keys or _own_keys(settings.data_root.resolve() / _FILE)
        keys: dict[str, bytes] = {}
        for number, entry in enumerate(text.strip().split(","), 1):
            key_id, _, encoded = entry.strip().partition(":")
            key = _decoded(encoded)
            if not _ID.fullmatch(key_id) or len(key) != _KEY or key_id in keys:
                raise NotConfigured(_BAD_ENTRY, number=number)
            keys[key_id] = key
        return cls(next(iter(keys)), keys)


def seal(ring: KeyRing, text: str, *, bound_to: str) -> str:
    """The text, sealed under the ring's first key; it opens only with the same `bound_to` ("channel:UC…:token")."""
    nonce = secrets.token_bytes(_NONCE)
    secret = AESGCM(ring.keys[ring.first]).encrypt(nonce, text.encode(), _bound(ring.first, bound_to))
    return ".".join((_VERSION, ring.first, urlsafe_b64encode(nonce + secret).decode()))


def open_sealed(ring: KeyRing, sealed: str, *, bound_to: str) -> str:
    """The text that was sealed. Raises NotConfigured where the key is missing, or key, text or place are others than then."""
    key_id, blob = _parts(sealed)
    if (key := ring.keys.get(key_id)) is None:
        raise NotConfigured(_UNKNOWN_KEY, id=key_id)
    try:
        return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], _bound(key_id, bound_to)).decode()
    except (InvalidTag, ValueError):
        raise NotConfigured(_DOES_NOT_OPEN, id=key_id) from None


def is_current(ring: KeyRing, sealed: str) -> bool:
    """Whether the first key sealed it; otherwise it is to be sealed anew before its key leaves the ring."""
    return _parts(sealed)[0] == ring.first


def _parts(sealed: str) -> tuple[str, bytes]:
    version, _, rest = sealed.partition(".")
    key_id, _, encoded = rest.partition(".")
    if version != _VERSION or not _ID.fullmatch(key_id):
        raise NotConfigured(_NOT_SEALED)
    return key_id, _decoded(encoded, urlsafe=True)


def _bound(key_id: str, bound_to: str) -> bytes:
    return f"{_VERSION}.{key_id}.{bound_to}".encode()


def _decoded(encoded: str, *, urlsafe: bool = False) -> bytes:
    decode, encode = (urlsafe_b64decode, urlsafe_b64encode) if urlsafe else (b64decode, b64encode)
    try:
        found = decode(encoded)
    except ValueError:
        return b""
    # Python skips foreign letters and spare bits; one text has one form only.
    return found if encode(found).decode() == encoded else b""


def _own_keys(path: Path) -> str:
    """The content of the file, which holds what the setting would; made whole or not at all, whoever comes first."""
    with suppress(FileNotFoundError):
        return path.read_text()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"made:{b64encode(secrets.token_bytes(_KEY)).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    # A link is refused where the name is taken, and shows the file only once it is whole.
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text()


_BAD_ENTRY = N_(
    "Entry %(number)s of HELPCENTER_ENCRYPTION_KEYS cannot be used. Write `id:base64 of 32 bytes`, each id once, "
    "separated by commas."
)
_UNKNOWN_KEY = N_(
    "The key “%(id)s” is missing, so stored secrets cannot be opened. Put it back into HELPCENTER_ENCRYPTION_KEYS behind the "
    "first one (a key made by the help centre is in the file encryption_keys of the data root), or connect the channel again."
)
_DOES_NOT_OPEN = N_(
    "A stored secret does not open with the key “%(id)s”: the key or the row was changed. Put the right key back into "
    "HELPCENTER_ENCRYPTION_KEYS, or connect the channel again."
)
_NOT_SEALED = N_("A stored secret is damaged. Connect the channel again.")
