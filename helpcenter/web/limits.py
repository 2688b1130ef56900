"""How often one address may do a thing."""

from ipaddress import ip_address, ip_network

from flask import request
from flask_limiter import Limiter


def network() -> str:
    """Whoever asks, as a network: the address in IPv4, the /64 in IPv6, since one line has 2^64 of those."""
    try:
        address = ip_address(request.remote_addr or "127.0.0.1")
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))  # noqa: PLR2004 -- IPv4


limiter = Limiter(key_func=network, headers_enabled=True, default_limits=[])
