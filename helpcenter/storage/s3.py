"""Files in S3-compatible storage."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from helpcenter.errors import N_, HelpCenterError, Message, NotConfigured, NotFound, StorageFull, Unavailable
from helpcenter.storage.cache import FileCache

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

URL_SECONDS = 15 * 60
_PART_BYTES = 16 * 1024**2
_PARTS_AT_ONCE = 3
_MISSING = {"404", "NoSuchKey", "NotFound"}
_FULL = {"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
_NOT_LET_IN = {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
# What browsers are told that a file is; anything else is only ever downloaded.
_TYPES = {
    ".mp4": "video/mp4", ".m4a": "audio/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
    ".wav": "audio/wav", ".vtt": "text/vtt", ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
    ".json": "application/json",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, the prefix of our keys in it ("" or ending with a slash), and the server; None: Amazon's."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None


def place_of(url: str) -> Place:
    """The place that `s3://bucket/prefix?endpoint=…&region=…` names. Raises NotConfigured."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.hostname or set(options) - {"endpoint", "region"}:
        raise NotConfigured(
            N_("HELPCENTER_STORAGE_URL is not understood; write s3://bucket/prefix?endpoint=https://…&region=…")
        )
    prefix = parts.path.strip("/")
    return Place(parts.netloc, f"{prefix}/" if prefix else "", options.get("endpoint"), options.get("region"))


class S3Storage:
    """Objects below a prefix of one bucket; who asks for a local file gets a cached copy. See ports.Storage."""

    def __init__(self, place: Place, cache: Path) -> None:
        self.place = place
        self._cache = FileCache(cache)
        self._made: tuple[int, S3Client] | None = None

    @property
    def _client(self) -> "S3Client":
        # A client's connections must not be shared with a forked child, so each process makes its own.
        if self._made is None or self._made[0] != os.getpid():
            self._made = (os.getpid(), _connect(self.place))
        return self._made[1]

    def _name(self, key: str) -> str:
        self._cache.path(key)  # refuses the keys that a folder would refuse
        return self.place.prefix + key

    def put(self, key: str, source: Path) -> None:
        """Upload in parts of 16 MiB, three in memory at most; the object appears whole or not at all."""
        name = self._name(key)
        content_type = _TYPES.get(source.suffix) or _TYPES.get(Path(key).suffix, "application/octet-stream")
        with _in_words(key):
            self._client.upload_file(
                str(source), self.place.bucket, name, ExtraArgs={"ContentType": content_type}, Config=_transfer()
            )
            stored = self._client.head_object(Bucket=self.place.bucket, Key=name)["ContentLength"]
        if stored != source.stat().st_size:
            raise Unavailable(N_("The storage kept only part of %(key)s. It will be tried again."), key=key)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """A copy in the cache, which stays for as long as the block runs."""
        name = self._name(key)

        def download(path: Path) -> None:
            with _in_words(key):
                self._client.download_file(self.place.bucket, name, str(path), Config=_transfer())

        with _in_words(key):
            size = self._client.head_object(Bucket=self.place.bucket, Key=name)["ContentLength"]
        with self._cache.kept(key, size=size, download=download) as path:
            yield path

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            with _in_words(key):
                self._client.head_object(Bucket=self.place.bucket, Key=self._name(key))
        except NotFound:
            return False
        return True

    def url(self, key: str) -> str:
        """An address that anybody may fetch for 15 minutes."""
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self.place.bucket, "Key": self._name(key)}, ExpiresIn=URL_SECONDS
        )

    def delete_tree(self, prefix: str) -> None:
        """Delete the objects, and this machine's copies of them."""
        name = self._name(prefix).rstrip("/") + "/"
        with _in_words(prefix):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.place.bucket, Prefix=name):
                if found := [{"Key": item["Key"]} for item in page.get("Contents", [])]:
                    self._delete(found)
        self._cache.forget(prefix)

    def _delete(self, found: Any) -> None:
        answer = self._client.delete_objects(Bucket=self.place.bucket, Delete={"Objects": found, "Quiet": True})
        if answer.get("Errors"):
            raise Unavailable(N_("The storage did not delete %(number)s files."), number=len(answer["Errors"]))

    def check(self) -> Message:
        """The bucket and the server, after a file was written and deleted."""
        name = f"{self.place.prefix}.check-{os.getpid()}"
        where = f"s3://{self.place.bucket}/{self.place.prefix}"
        try:
            with _in_words(where):
                self._client.head_bucket(Bucket=self.place.bucket)
                self._client.put_object(Bucket=self.place.bucket, Key=name, Body=b"")
                self._client.delete_object(Bucket=self.place.bucket, Key=name)
        except NotFound as error:
            raise NotConfigured(
                N_("The storage has no bucket %(bucket)s. Make it, or name another in HELPCENTER_STORAGE_URL."),
                bucket=self.place.bucket,
            ) from error
        said = {"where": where, "server": self.place.endpoint or "amazonaws.com"}
        return Message(N_("%(where)s at %(server)s"), said)


def _connect(place: Place) -> "S3Client":
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"max_attempts": 4, "mode": "standard"},
        s3={"addressing_style": "path" if place.endpoint else "auto"},
        # Checksums in trailers are refused by other makers' servers; the transfer's size is compared instead.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = boto3.session.Session(region_name=place.region)
    region = session.region_name or "us-east-1"
    return session.client("s3", endpoint_url=place.endpoint, region_name=region, config=config)


def _transfer() -> Any:
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(
        multipart_threshold=_PART_BYTES,
        multipart_chunksize=_PART_BYTES,
        max_concurrency=_PARTS_AT_ONCE,
        max_io_queue=16,
    )


@contextmanager
def _in_words(key: str) -> Iterator[None]:
    """Turn the client's errors into ours."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except NoCredentialsError as error:
        raise NotConfigured(
            N_("There are no credentials for the storage. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        ) from error
    except ClientError as error:
        raise _refusal(error, key) from error
    except S3UploadFailedError as error:
        if isinstance(error.__context__, ClientError):
            raise _refusal(error.__context__, key) from error
        raise Unavailable(N_("The storage does not answer: %(why)s"), why=str(error)) from error
    except BotoCoreError as error:
        raise Unavailable(N_("The storage does not answer: %(why)s"), why=str(error)) from error


def _refusal(error: "ClientError", key: str) -> HelpCenterError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _MISSING:
        return NotFound(N_("The file %(key)s is missing from the storage."), key=key)
    if code in _FULL:
        return StorageFull()
    if code in _NOT_LET_IN:
        return NotConfigured(N_("The storage does not let us in: %(why)s. Check AWS_ACCESS_KEY_ID."), why=str(error))
    if code == "NoSuchBucket":
        return NotConfigured(N_("The storage's bucket does not exist: %(why)s"), why=str(error))
    return Unavailable(N_("The storage does not answer: %(why)s"), why=str(error))
