"""Where media lie: a local folder, or S3-compatible storage."""

from helpcenter.ports import Storage
from helpcenter.settings import Settings
from helpcenter.storage.folder import FolderStorage
from helpcenter.storage.s3 import S3Storage, place_of

__all__ = ["FolderStorage", "S3Storage", "make_storage"]


def make_storage(settings: Settings) -> Storage:
    """The storage that the settings name. Raises NotConfigured when their address cannot be understood."""
    if not settings.storage_url:
        return FolderStorage(settings.media)
    return S3Storage(place_of(settings.storage_url), settings.scratch / "storage-cache")
