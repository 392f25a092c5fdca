"""Keys: where something lies on a volume, as ``folder/name``; none can lead out of it."""

from flowy.errors import InvalidKeyError

KEY_MAXIMUM = 1_024
"""Characters that a key may have."""

NAME_MAXIMUM = 255
"""Bytes that one name of a key may have in UTF-8: what file systems take."""

RESERVED = ".flowy-part-"
"""How the names of files begin that are still being written."""


def check_file(key: object) -> str:
    """Return the key of a file, or refuse it.

    Raises:
        InvalidKeyError: It is no text, empty, absolute, too long, has empty names, ``.`` or ``..``,
            or characters that no file system takes.
    """
    if not isinstance(key, str):
        raise InvalidKeyError(f"a key is a text such as 'results/a.json', not {key!r}")
    if not key:
        raise InvalidKeyError("a key is empty: name the file, as in 'results/a.json'")
    if len(key) > KEY_MAXIMUM:
        raise InvalidKeyError(
            f"the key {key[:40]!r}… has {len(key):,} characters, a volume takes {KEY_MAXIMUM:,}"
        )
    for name in key.split("/"):
        _check_name(name, key)
    return key


def check_folder(key: object) -> str:
    """Return the key of a folder without a slash at its end; "" and None are the whole volume.

    Raises:
        InvalidKeyError: As for a file.
    """
    if key is None or key == "":
        return ""
    return check_file(key[:-1] if isinstance(key, str) and len(key) > 1 and key[-1] == "/" else key)


def join(*parts: str) -> str:
    """Put keys together, leaving out empty ones."""
    return "/".join(part for part in parts if part)


def _check_name(name: str, key: str) -> None:
    if name in ("", ".", ".."):
        raise InvalidKeyError(
            f"the key {key!r} could lead out of its volume: keys are relative, with '/' between "
            "names, without empty names, '.' and '..'"
        )
    if "\0" in name or "\\" in name:
        raise InvalidKeyError(f"the key {key!r} has a character that no volume takes: NUL or '\\'")
    if name.startswith(RESERVED):
        raise InvalidKeyError(f"the key {key!r} is reserved: no name begins with {RESERVED!r}")
    try:
        encoded = name.encode()
    except UnicodeEncodeError as error:
        raise InvalidKeyError(f"the key {key!r} is not a text that can be encoded") from error
    if len(encoded) > NAME_MAXIMUM:
        raise InvalidKeyError(
            f"a name in the key {key[:40]!r}… has {len(encoded)} bytes, a volume takes "
            f"{NAME_MAXIMUM}"
        )
