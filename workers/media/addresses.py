"""Requests to addresses that somebody else chose: only to the public internet, and to the very IP address that was checked."""

import ipaddress
import socket
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from helpcenter.errors import N_, InvalidInput, Unavailable

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_IPV4_COMPATIBLE = ipaddress.ip_network("::/96")
_USER_AGENT = "helpcenter"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def get(url: str, *, headers: dict[str, str], timeout: float, allow_private: bool = False) -> requests.Response:
    """The streamed answer to a GET of `url`, redirects not followed.

    The name is resolved once and every address of it must be public, else a name that answers differently the second time
    would lead inside (DNS rebinding). Raises InvalidInput for an address that may not be asked.
    """
    scheme, host, port, rest = _parts(url, any_port=allow_private)
    address = _resolved(host, port, allow_private=allow_private)
    numeric = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 -- IP version
    session = requests.Session()
    session.trust_env = False  # no proxy, no .netrc
    session.mount("https://", _PinnedAdapter(host))
    return session.get(
        f"{scheme}://{numeric}:{port}{rest}",
        headers={"Host": _host_header(scheme, host, port), "User-Agent": _USER_AGENT, "Accept-Encoding": "identity", **headers},
        timeout=timeout, stream=True, allow_redirects=False,
    )  # fmt: skip


def joined(url: str, location: str) -> str:
    """Where a redirect from `url` to `location` leads."""
    return urljoin(url, location)


class _PinnedAdapter(HTTPAdapter):
    """Speaks TLS to an IP address with the name that the certificate must be for."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        kwargs |= {"server_hostname": self.host, "assert_hostname": self.host}
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # passed on as it came


def _parts(url: str, *, any_port: bool) -> tuple[str, str, int, str]:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise InvalidInput(_WRONG) from error
    scheme, host = split.scheme.lower(), split.hostname
    if scheme not in PORTS or not host or split.username is not None or any(ord(letter) < 33 for letter in url):  # noqa: PLR2004
        raise InvalidInput(_WRONG)
    if port is not None and port not in PORTS.values() and not any_port:
        raise InvalidInput(_WRONG)
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError as error:
        raise InvalidInput(_WRONG) from error
    return scheme, host, port or PORTS[scheme], urlunsplit(("", "", split.path or "/", split.query, ""))


def _host_header(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == PORTS[scheme] else f"{name}:{port}"


def _resolved(host: str, port: int, *, allow_private: bool) -> Address:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(N_("%(host)s cannot be found. Please check the address."), host=host) from error
    every = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not every or not (allow_private or all(is_public(address) for address in every)):
        raise InvalidInput(N_("%(host)s is not on the public internet. Please upload the file instead."), host=host)
    return every[0]


def is_public(address: Address) -> bool:
    """Whether `address`, and every address wrapped in it, belongs to the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local or address in _NAT64_LOCAL:
            return False
        wrapped = _wrapped(address)
        if wrapped:
            return all(is_public(inner) for inner in wrapped)
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _wrapped(address: ipaddress.IPv6Address) -> list[Address]:
    """The IPv4 addresses inside an IPv6 address: mapped, 6to4, Teredo, NAT64."""
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address.teredo is not None:
        return list(address.teredo)
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return []


_WRONG = N_("This is not an address that files can be loaded from. It must begin with https:// or http://.")
