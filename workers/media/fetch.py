"""Files into our own folder: from a local path, or from an address that anybody may have typed."""

import hashlib
import mimetypes
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from requests import Response
from requests.exceptions import RequestException

from helpcenter.errors import N_, InvalidInput, StorageFull, TooLarge, Unavailable, UnusableMedia
from workers.media import addresses, files

Progress = Callable[[float], None]

CHUNK = 1 << 20
NET_CHUNK = 1 << 16  # what is lost at most when a connection breaks off
MAX_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_OK, _PARTIAL, _BAD_RANGE, _SERVER_ERROR = 200, 206, 416, 500
_UNSAFE = re.compile(r"[^\w.()\- ]+")


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bytes at most, seconds to connect and to wait for the next bytes, and the share of the disk that stays free."""

    max_bytes: int = 20 << 30
    timeout: float = 15.0
    free_share: float = 0.02


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file of ours: `name` is what people called it, `sha256` in hexadecimal, `mime` guessed from the name or told."""

    path: Path
    name: str
    size: int
    sha256: str
    mime: str


def store_local(path: Path, out_dir: Path, *, progress: Progress | None = None) -> Fetched:
    """Copy a local file into `out_dir/source`, hashing it on the way; it is read once and never held whole in memory."""
    if not path.is_file():
        raise InvalidInput(N_("There is no file %(path)s."), path=str(path))
    size = path.stat().st_size
    if not size:
        raise UnusableMedia(N_("%(name)s is empty. Please choose the recording again."), name=path.name)
    with files.written(out_dir, "source") as part, path.open("rb") as file:
        _check_room(out_dir, size, FetchLimits())
        digest = hashlib.sha256()
        done = _write(part, iter(lambda: file.read(CHUNK), b""), digest, _Share(size, progress))
    return Fetched(out_dir / "source", path.name, done, digest.hexdigest(), mime_of(path.name))


def fetch_url(
    url: str,
    out_dir: Path,
    *,
    limits: FetchLimits | None = None,
    progress: Progress | None = None,
    allow_private: bool = False,
) -> Fetched:
    """Load `url` into `out_dir/source`; what a run that broke off left in `source.part` is gone on with.

    Only addresses of the public internet are spoken to, each redirect being checked anew; `allow_private` lifts that for
    an operator's own network. Raises InvalidInput (a wrong address), TooLarge, Unavailable (worth another try), StorageFull.
    """
    limits = limits or FetchLimits()
    part = out_dir / "source.part"
    with files.storage_errors():
        out_dir.mkdir(parents=True, exist_ok=True)
        response, final = _open(url, _resume_headers(part), limits, allow_private=allow_private)
        with response:
            digest = hashlib.sha256()
            done = _receive(response, part, digest, limits, progress)
        files.sync(part)
        part.replace(out_dir / "source")
        _validator(part).unlink(missing_ok=True)
        files.sync(out_dir)
    name = _name(response, final)
    mime = response.headers.get("Content-Type", "").partition(";")[0].strip() or mime_of(name)
    return Fetched(out_dir / "source", name, done, digest.hexdigest(), mime)


def mime_of(name: str) -> str:
    """The media type that the ending of `name` stands for."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _open(url: str, headers: dict[str, str], limits: FetchLimits, *, allow_private: bool) -> tuple[Response, str]:
    """The answer to a GET, redirects followed, and the address that gave it."""
    for _ in range(MAX_REDIRECTS + 1):
        try:
            response = addresses.get(url, headers=headers, timeout=limits.timeout, allow_private=allow_private)
        except RequestException as error:
            raise Unavailable(
                N_("%(host)s does not answer. It will be tried again."), host=urlsplit(url).hostname
            ) from error
        if response.status_code not in _REDIRECTS or "Location" not in response.headers:
            return _checked(response, url), url
        url = addresses.joined(url, response.headers["Location"])
        response.close()
    raise InvalidInput(
        N_("This address leads from one address to the next. Please give the address of the file itself.")
    )


def _checked(response: Response, url: str) -> Response:
    status = response.status_code
    if status in {_OK, _PARTIAL, _BAD_RANGE}:
        return response
    response.close()
    host = urlsplit(url).hostname
    if status >= _SERVER_ERROR or status == 429:  # noqa: PLR2004 -- "too many requests"
        raise Unavailable(
            N_("%(host)s cannot give the file now (status %(status)d). It will be tried again."),
            host=host,
            status=status,
        )
    raise InvalidInput(
        N_("%(host)s does not give the file (status %(status)d). Please check the address."), host=host, status=status
    )


def _validator(part: Path) -> Path:
    return part.with_name(part.name + ".etag")


def _resume_headers(part: Path) -> dict[str, str]:
    """Ask for the rest only where the server can say that it is the same file."""
    validator = _validator(part)
    if not part.exists() or not part.stat().st_size or not validator.exists():
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": validator.read_text()}


def _receive(
    response: Response, part: Path, digest: "hashlib._Hash", limits: FetchLimits, progress: Progress | None
) -> int:
    begun = part.stat().st_size if response.status_code == _PARTIAL else 0
    if response.status_code == _BAD_RANGE:
        part.unlink(missing_ok=True)
        raise Unavailable(N_("The file has changed while it was loaded. It will be loaded again."))
    expected = _length(response)
    total = None if expected is None else begun + expected
    if total is not None and total > limits.max_bytes:
        raise TooLarge(_TOO_LARGE, size=limits.max_bytes >> 20)
    _check_room(part.parent, expected or 0, limits)
    _remember_validator(response, part)
    if begun:
        with part.open("rb") as file:
            while data := file.read(CHUNK):
                digest.update(data)
    share = _Share(total, progress, begun=begun, limit=limits.max_bytes)
    try:
        done = begun + _write(part, response.iter_content(NET_CHUNK), digest, share, append=bool(begun))
    except RequestException as error:
        raise Unavailable(
            N_("The connection broke off while the file was loaded. It will go on from there.")
        ) from error
    if total is not None and done < total:
        raise Unavailable(N_("The connection broke off while the file was loaded. It will go on from there."))
    if not done:
        raise UnusableMedia(N_("%(name)s is empty. Please choose the recording again."), name=part.name)
    return done


def _length(response: Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdigit() and "Content-Encoding" not in response.headers else None


def _remember_validator(response: Response, part: Path) -> None:
    etag = response.headers.get("ETag") or response.headers.get("Last-Modified")
    if etag and not etag.startswith("W/"):
        _validator(part).write_text(etag)
    else:
        _validator(part).unlink(missing_ok=True)


class _Share:
    """How much has come, told to whoever watches, and stopped at the limit."""

    def __init__(self, total: int | None, report: Progress | None, *, begun: int = 0, limit: int | None = None) -> None:
        self.total, self.report, self.done, self.limit = total, report, begun, limit

    def add(self, count: int) -> None:
        self.done += count
        if self.limit is not None and self.done > self.limit:
            raise TooLarge(_TOO_LARGE, size=self.limit >> 20)
        if self.report is not None and self.total:
            self.report(min(self.done / self.total, 1.0))


def _write(part: Path, chunks: Iterable[bytes], digest: "hashlib._Hash", share: _Share, *, append: bool = False) -> int:
    written = 0
    with part.open("ab" if append else "wb") as file:
        for chunk in chunks:
            share.add(len(chunk))
            digest.update(chunk)
            file.write(chunk)
            written += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return written


def _check_room(folder: Path, size: int, limits: FetchLimits) -> None:
    usage = shutil.disk_usage(folder)
    if usage.free - size < limits.free_share * usage.total:
        raise StorageFull


def _name(response: Response, url: str) -> str:
    """What to call the file: as the server does, else by the end of its address; never with a folder in it."""
    disposition = response.headers.get("Content-Disposition", "")
    told = re.search(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", disposition, re.IGNORECASE)
    raw = unquote(told.group(1) if told else urlsplit(url).path)
    name = _UNSAFE.sub("_", raw.replace("\\", "/").rpartition("/")[2]).strip(". ")
    return name[-120:] or "recording"


_TOO_LARGE = N_(
    "This file is larger than %(size)d MB, the most that can be taken here. Please upload a smaller export."
)
