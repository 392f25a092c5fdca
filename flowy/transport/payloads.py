"""What users say about large texts: the volume, the codec, from where on."""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowy.config import PAYLOADS_CODEC_VARIABLE, PAYLOADS_VARIABLE
from flowy.errors import DefinitionError
from flowy.given import shown, whole
from flowy.telemetry import SILENT, Telemetry
from flowy.transport.blobs import VolumeBlobs
from flowy.transport.packing import LARGEST, Codec, Packing
from flowy.transport.serializer import MAXIMUM
from flowy.volume.base import StorageVolume
from flowy.volume.manager import open_volume


class Payloads:
    """How inputs, results and signals travel when they do not fit, or are not to be read.

    Whoever starts, decides and does the tasks of a domain has the same volume and the same codec.

    Args:
        volume: Where texts go that do not fit in SWF's 32,768 characters: a volume, its path, or
            its URL (``file:///mnt/payloads``, ``s3://bucket/folder``); None refuses them.
        codec: Encodes every text, such as by encryption, and what failures, heartbeats and markers
            say; None leaves them readable.
        threshold: Characters over which a text is compressed, and put on the volume if it is still
            longer; at most SWF's 32,768, fewer keep histories small.
        compression: Whether texts over the threshold are compressed.
        largest: Bytes that a text may have at all.

    Raises:
        DefinitionError: A value can never work.
        VolumeError: The volume cannot be opened.
    """

    def __init__(
        self,
        volume: StorageVolume | Path | str | None = None,
        *,
        codec: Codec | None = None,
        threshold: int = MAXIMUM,
        compression: bool = True,
        largest: int = LARGEST,
    ) -> None:
        if whole(threshold, "threshold") > MAXIMUM:
            raise DefinitionError(
                f"threshold is 0 to {MAXIMUM:,} characters, which SWF takes, not {threshold!r}"
            )
        whole(largest, "largest", 1)
        self.volume = _opened(volume)
        self.codec = None if codec is None else _checked(codec)
        self.threshold = threshold
        self.compression = compression
        self.largest = largest

    def packing(self, domain: str, telemetry: Telemetry = SILENT) -> Packing:
        """Return what packs and unpacks the texts of a domain."""
        return Packing(
            codec=self.codec,
            blobs=self.blobs(domain, telemetry),
            threshold=self.threshold,
            compresses=self.compression,
            largest=self.largest,
            telemetry=telemetry,
        )

    def blobs(self, domain: str, telemetry: Telemetry = SILENT) -> VolumeBlobs | None:
        """Return the texts of a domain on the volume; None when there is no volume."""
        if self.volume is None:
            return None
        return VolumeBlobs(self.volume, domain, telemetry=telemetry)


def _opened(volume: StorageVolume | Path | str | None) -> StorageVolume | None:
    if volume is None or isinstance(volume, StorageVolume):
        return volume
    if not isinstance(volume, str | Path):
        raise DefinitionError(
            f"the volume of payloads is a volume, its path or its URL, not {shown(volume)}"
        )
    return open_volume(volume, "payloads")


def as_payloads(
    payloads: Payloads | StorageVolume | Path | str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Payloads:
    """Make ``Payloads`` of what users give as ``payloads``.

    Args:
        payloads: A volume, its path or its URL; or ``Payloads``; or None for what the environment
            says: ``FLOWY_PAYLOADS`` is the volume's URL, ``FLOWY_PAYLOADS_CODEC`` the codec as
            ``module:name``, or something that makes it when it is called.
        environment: The environment variables.

    Raises:
        DefinitionError: It is something else, or there is no such codec.
        VolumeError: The volume cannot be opened.
    """
    if isinstance(payloads, Payloads):
        return payloads
    if payloads is not None and not isinstance(payloads, str | Path | StorageVolume):
        raise DefinitionError(
            f"payloads= takes a volume, its URL or flowy.Payloads, not {type(payloads).__name__}"
        )
    if payloads is None:
        payloads = environment.get(PAYLOADS_VARIABLE) or None
    named = environment.get(PAYLOADS_CODEC_VARIABLE)
    return Payloads(payloads, codec=_named(named) if named else None)


def _named(name: str) -> Codec:
    module, _, attribute = name.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise DefinitionError(
            f"{PAYLOADS_CODEC_VARIABLE}={name} is no codec: give module:name ({error})"
        ) from error
    if _is_codec(found) and not isinstance(found, type):
        return _checked(found)
    try:
        made = found()
    except Exception as error:
        raise DefinitionError(
            f"{PAYLOADS_CODEC_VARIABLE}={name} is no codec, and makes none when it is called: "
            f"{type(error).__name__}: {error}"
        ) from error
    return _checked(made)


def _checked(codec: Any) -> Codec:
    if not _is_codec(codec):
        raise DefinitionError(
            f"{codec!r} is no codec: it needs a name, a secret (bytes), encode and decode; see "
            "flowy.transport.packing.Codec"
        )
    if not 1 <= len(codec.name) <= _NAME_MAXIMUM or not set(codec.name) <= _NAME:
        raise DefinitionError(
            f"a codec's name has 1 to {_NAME_MAXIMUM} letters, digits, '-' and '.', not "
            f"{codec.name!r}"
        )
    found: Codec = codec
    return found


def _is_codec(value: Any) -> bool:
    return (
        isinstance(getattr(value, "name", None), str)
        and isinstance(getattr(value, "secret", None), bytes)
        and callable(getattr(value, "encode", None))
        and callable(getattr(value, "decode", None))
    )


_NAME_MAXIMUM = 64
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
