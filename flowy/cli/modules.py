"""Import the modules that a command line names."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import click


def module(name: str) -> ModuleType:
    """Import a module as ``python -m`` would from this folder; a console script would not.

    Raises:
        ClickException: There is no such module.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise click.ClickException(
            f"there is no module {name} in {here} or where Python looks; give its dotted name, "
            "such as shop.activities"
        ) from error
