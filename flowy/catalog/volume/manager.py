"""`flowy.volume.manager` under the documented path."""

from flowy.volume.manager import (
    DEFAULT_STORE,
    Volume,
    VolumeManager,
    open_volume,
)

__all__ = [
    "DEFAULT_STORE",
    "Volume",
    "VolumeManager",
    "open_volume",
]
