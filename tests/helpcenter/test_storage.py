import errno
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from helpcenter.errors import InvalidInput, NotConfigured, NotFound, StorageFull, Unavailable
from helpcenter.ports import Storage
from helpcenter.settings import Settings
from helpcenter.storage import FolderStorage, S3Storage, make_storage
from helpcenter.storage.cache import FileCache
from helpcenter.storage.s3 import Place, place_of

MIB = 1024**2


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> S3Storage:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bucket = f"bucket-{os.urandom(6).hex()}"
    boto3.client("s3", endpoint_url=s3_endpoint, region_name="eu-central-1").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    url = f"s3://{bucket}/help/center?endpoint={s3_endpoint}&region=eu-central-1"
    made = make_storage(Settings(storage_url=url, data_root=tmp_path / "data"))
    assert isinstance(made, S3Storage)
    return made


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "media")
    made: Storage = request.getfixturevalue("s3")
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.mp4"
    path.write_bytes(b"a film")
    return path


def _put(storage: Storage, key: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "to-put"
    path.write_bytes(content)
    storage.put(key, path)


def test_what_is_put_is_there_until_it_is_deleted(storage: Storage, source: Path) -> None:
    assert not storage.exists("recordings/a/play.mp4")
    storage.put("recordings/a/play.mp4", source)
    assert storage.exists("recordings/a/play.mp4")
    with storage.local("recordings/a/play.mp4") as path:
        assert path.read_bytes() == b"a film"
    storage.delete_tree("recordings/a/")
    assert not storage.exists("recordings/a/play.mp4")


def test_deleting_a_tree_spares_its_neighbours(storage: Storage, tmp_path: Path) -> None:
    for key in ("r/a/1", "r/a/b/2", "r/ab/3"):
        _put(storage, key, key.encode(), tmp_path)
    storage.delete_tree("r/a/")
    assert [storage.exists(key) for key in ("r/a/1", "r/a/b/2", "r/ab/3")] == [False, False, True]


def test_deleting_nothing_is_no_error(storage: Storage) -> None:
    storage.delete_tree("recordings/never/")


def test_a_missing_file_is_told_by_name(storage: Storage) -> None:
    with pytest.raises(NotFound, match=r"recordings/none\.mp4"), storage.local("recordings/none.mp4"):
        pass


@pytest.mark.parametrize("key", ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\0b"])
def test_a_key_never_leaves_the_root(storage: Storage, source: Path, key: str) -> None:
    with pytest.raises(InvalidInput):
        storage.put(key, source)
    with pytest.raises(InvalidInput):
        storage.exists(key)
    with pytest.raises(InvalidInput):
        storage.delete_tree(key)
    assert source.read_bytes() == b"a film"


def test_putting_again_keeps_one_whole_file(storage: Storage, tmp_path: Path) -> None:
    _put(storage, "r/1", b"one", tmp_path)
    with storage.local("r/1") as path:
        assert path.read_bytes() == b"one"
    _put(storage, "r/1", b"another", tmp_path)
    with storage.local("r/1") as path:
        assert path.read_bytes() == b"another"


def test_the_check_says_where(storage: Storage) -> None:
    assert ("free" in storage.check().params) == isinstance(storage, FolderStorage)


def test_a_full_disk_leaves_the_source_where_it_was(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    storage = FolderStorage(tmp_path / "media")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        storage.put("play.mp4", source)
    assert source.read_bytes() == b"a film"
    assert list((tmp_path / "media").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotConfigured, match="cannot be written"):
        FolderStorage(tmp_path / "file" / "media").check()


def test_a_large_file_goes_up_in_parts(s3: S3Storage, tmp_path: Path) -> None:
    large = tmp_path / "large.webm"
    with large.open("wb") as file:
        file.truncate(33 * MIB)
    s3.put("r/large.webm", large)
    head = s3._client.head_object(Bucket=s3.place.bucket, Key="help/center/r/large.webm")
    assert (head["ContentLength"], head["ContentType"]) == (33 * MIB, "video/webm")
    assert head["ETag"].strip('"').endswith("-3")
    with s3.local("r/large.webm") as path:
        assert path.stat().st_size == 33 * MIB


def test_a_browser_may_fetch_the_signed_address_in_parts(s3: S3Storage, source: Path) -> None:
    s3.put("r/play.mp4", source)
    url = s3.url("r/play.mp4")
    answer = requests.get(url, headers={"Range": "bytes=2-"}, timeout=5)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (206, b"film", "video/mp4")
    assert "X-Amz-Expires=900" in urlsplit(url).query


def test_a_second_reader_downloads_nothing(s3: S3Storage, source: Path) -> None:
    s3.put("r/play.mp4", source)
    with s3.local("r/play.mp4") as first:
        made = first.stat().st_ino
    with s3.local("r/play.mp4") as second:
        assert second.stat().st_ino == made


def test_a_deleted_recording_leaves_no_copy(s3: S3Storage, source: Path) -> None:
    s3.put("r/play.mp4", source)
    with s3.local("r/play.mp4") as path:
        pass
    s3.delete_tree("r/")
    assert not path.exists()


def test_the_cache_forgets_the_longest_unused_and_never_what_is_read(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache", limit=20)

    def download(path: Path) -> None:
        path.write_bytes(b"10 letters")

    with cache.kept("read", size=10, download=download) as read:
        os.utime(read, (0, 0))
        with cache.kept("old", size=10, download=download) as old:
            pass
        with cache.kept("new", size=10, download=download) as new:
            assert [path.exists() for path in (read, old, new)] == [True, False, True]


def test_an_incomplete_copy_is_never_shown(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache")
    with (
        pytest.raises(Unavailable, match="incompletely"),
        cache.kept("r/1", size=10, download=lambda path: (path.write_bytes(b"half"), None)[1]),
    ):
        pass


def test_the_place_is_read_from_the_address() -> None:
    assert place_of("s3://media") == Place("media")
    assert place_of("s3://media/a/b/?endpoint=http://127.0.0.1:9000&region=eu") == Place(
        "media", "a/b/", "http://127.0.0.1:9000", "eu"
    )


@pytest.mark.parametrize("url", ["ftp://media", "s3://", "s3:///a", "s3://media?password=x", "media"])
def test_an_address_that_is_not_understood_is_told(url: str) -> None:
    with pytest.raises(NotConfigured, match="HELPCENTER_STORAGE_URL"):
        place_of(url)


def test_what_is_wrong_with_the_storage_is_said_in_words(
    s3: S3Storage, s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotConfigured, match="no bucket elsewhere"):
        S3Storage(Place("elsewhere", endpoint=s3_endpoint), tmp_path).check()
    with pytest.raises(Unavailable, match="does not answer"):
        S3Storage(Place("media", endpoint="http://127.0.0.1:9"), tmp_path).check()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(NotConfigured, match="AWS_ACCESS_KEY_ID"):
        S3Storage(Place("media", endpoint=s3_endpoint), tmp_path).check()
