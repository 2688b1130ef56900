"""Errors as the API words them."""

import json
from typing import Any

GLOBAL = "global"
BROADCAST = "youtube.liveBroadcast"
QUOTA = "youtube.quota"

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """An answer that is an error: HTTP status, Google's word for it, and where in the request it lies."""

    def __init__(
        self, status: int, reason: str, message: str = "", *, domain: str = GLOBAL, location: str = "", where: str = ""
    ) -> None:
        super().__init__(message or reason)
        self.status = status
        self.reason = reason
        self.message = message or reason
        self.domain = domain
        self.location = location
        self.where = where

    def body(self) -> bytes:
        """The JSON body."""
        detail: dict[str, Any] = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.location:
            detail |= {"location": self.location, "locationType": self.where}
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [detail]}
        if self.status in _STATUS:
            error["status"] = _STATUS[self.status]
        return json.dumps({"error": error}).encode()


def parameter(name: str, message: str, *, reason: str = "invalidParameter") -> ApiError:
    """400 for a parameter of the query."""
    return ApiError(400, reason, message, domain="youtube.parameter", location=name, where="parameter")


def field(path: str, message: str, *, reason: str = "invalid") -> ApiError:
    """400 for a field of the body."""
    return ApiError(400, reason, message, location=path, where="other")


def not_found(what: str) -> ApiError:
    """404, in the words of the thing: "liveBroadcast" gives liveBroadcastNotFound."""
    return ApiError(404, f"{what}NotFound", f"The {what} that you are trying to retrieve could not be found.")


def refused(path: str, reason: str, message: str) -> ApiError:
    """400 for a value of the body that the schema allows and the method does not."""
    return ApiError(400, reason, message, location=path, where="other")
