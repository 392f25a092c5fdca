"""Where projects are kept: the database's URL from arguments, the environment, or the default."""

import getpass
import logging
from collections.abc import Mapping
from pathlib import Path

_log = logging.getLogger(__name__)

URL_VARIABLE = "FLOWY_PROJECTS"
"""Environment variable with the database's URL; child interpreters get it from their monitor."""

PROCESS_VARIABLE = "FLOWY_PROJECT_PROCESS"
"""Environment variable of child interpreters: project, process and attempt that they run for."""


def database_url(environment: Mapping[str, str], host: str | None, url: str | None) -> str:
    """Return the URL of the database that has the projects.

    Args:
        environment: The environment variables.
        host: A URL; the name of a host that once had a MongoDB says nothing and is passed over.
        url: The URL itself.
    """
    if url:
        return url
    if host and "://" in host and not host.startswith("mongodb"):
        return host
    if host:
        _log.debug("projects are not kept in MongoDB: the host %r is passed over", host)
    return environment.get(URL_VARIABLE) or default_url()


def default_url() -> str:
    """Return the URL of this user's own database, and make its folder."""
    folder = Path.home() / ".flowy"
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'projects.db'}"


def absolute(url: str) -> str:
    """Return a URL that means the same in any folder."""
    kind, separator, path = url.partition(":///")
    is_file = kind.startswith("sqlite") and path and not path.startswith((":memory:", "file:"))
    if not (separator and is_file):
        return url
    name, question, options = path.partition("?")
    return f"{kind}:///{Path(name).expanduser().absolute()}{question}{options}"


def current_user() -> str:
    """Return the name of the user, or nothing where the system does not know it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
