"""Settings from arguments, else from the environment, else the defaults of the command line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

ADDRESS = "sqlite:///flowy.db"
"""Where the command line finds the service unless told otherwise: embedded, in this folder."""

DOMAIN = "default"
"""The domain of the command line unless told otherwise."""

ADDRESS_VARIABLES = ("FLOWY_ENDPOINT", "AWS_ENDPOINT_URL_SWF")
"""Environment variables that say where the service is; the first one set counts."""

DOMAIN_VARIABLE = "FLOWY_DOMAIN"
"""Environment variable that says the domain."""

BUILD_VARIABLE = "FLOWY_BUILD"
"""Environment variable that says which build of the code a worker has."""

RUNS_DATABASE = "sqlite:///flowy-runs.db"
"""Where the command line finds the catalogue of runs unless told otherwise: in this folder."""

RUNS_FILES = "flowy-runs"
"""The volume of the runs' files unless told otherwise."""

RUNS_DATABASE_VARIABLE = "FLOWY_RUNS_DB"
"""Environment variable that says the catalogue's database."""

RUNS_FILES_VARIABLE = "FLOWY_RUNS_FILES"
"""Environment variable that says the volume of the runs' files."""

PAYLOADS_VARIABLE = "FLOWY_PAYLOADS"
"""Environment variable that says the volume of texts that are too large for SWF."""

PAYLOADS_CODEC_VARIABLE = "FLOWY_PAYLOADS_CODEC"
"""Environment variable that says the codec of all texts, as ``module:name``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a command talks to.

    Args:
        address: The service, as `flowy.swf.connect.connect` takes it.
        domain: The domain on it.
    """

    address: str = ADDRESS
    domain: str = DOMAIN


def settings(environment: Mapping[str, str], address: str | None, domain: str | None) -> Settings:
    """Return the settings that arguments and environment give; an empty text says nothing."""
    return Settings(
        address=address or endpoint(environment) or ADDRESS,
        domain=domain or environment.get(DOMAIN_VARIABLE) or DOMAIN,
    )


def endpoint(environment: Mapping[str, str]) -> str | None:
    """Return the service that the environment names, or None."""
    named = (environment.get(variable) for variable in ADDRESS_VARIABLES)
    return next((address for address in named if address), None)


def without_secret(address: str) -> str:
    """Return an address without the password that it may hold, for messages."""
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", address)
