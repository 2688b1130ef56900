"""Secrets that stand in links and cookies."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """43 characters of 256 random bits, for links and cookies."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """The form in which a token is kept: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def signature(secret: str, purpose: str, value: str) -> str:
    """A 32-character HMAC that proves that we made a link to `value` for `purpose`."""
    return hmac.new(secret.encode(), f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def is_signed(secret: str, purpose: str, value: str, given: str) -> bool:
    """Whether `given` is the signature of `value` for `purpose`, compared in constant time."""
    return is_same(signature(secret, purpose, value), given)


def is_same(secret: str, given: str) -> bool:
    """Whether the two are the same, in a time that does not tell how much of them is; `given` may hold any sign."""
    return hmac.compare_digest(secret.encode(), given.encode())
