"""What a fault makes of an answer."""

from typing import Final

from streaming.emulator.errors import QUOTA, ApiError
from streaming.emulator.faults import Fault, Kind
from streaming.emulator.http import HTML_TYPE, Delivery, Response
from streaming.emulator.quota import MESSAGE

_DELIVERIES: Final = {
    Kind.APPLY_CLOSE: Delivery.CLOSED,
    Kind.APPLY_TIMEOUT: Delivery.HELD,
    Kind.TRUNCATED: Delivery.CUT,
    Kind.SLOW: Delivery.SLOW,
    Kind.DELAY: Delivery.LATE,
}


def struck(fault: Fault | None) -> Response | None:
    """The answer of a fault that strikes before anything is done; None for any other. Raises ApiError."""
    if fault is None:
        return None
    if fault.kind is Kind.CLOSE:
        return Response(delivery=Delivery.CLOSED)
    if fault.kind is Kind.NOT_JSON:
        return Response(502, b"<!DOCTYPE html><title>Error 502 (Server Error)</title><p>That's an error.", HTML_TYPE)
    if fault.kind is Kind.UNAUTHORIZED:
        raise ApiError(401, "authError", "Request had invalid authentication credentials.")
    if fault.kind is Kind.ERROR:
        if fault.reason == "quotaExceeded":
            raise ApiError(403, fault.reason, MESSAGE, domain=QUOTA)
        raise ApiError(fault.status, fault.reason, fault.message)
    return None


def spoiled(response: Response, fault: Fault) -> Response:
    """The answer as it reaches the caller."""
    if fault.kind is Kind.APPLY_503:
        response = Response(503, ApiError(503, "backendError", "Backend Error").body())
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    response.delivery = _DELIVERIES.get(fault.kind, response.delivery)
    response.seconds = fault.seconds
    return response
