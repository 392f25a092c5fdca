"""`flowy demo`: categorise photographs with a durable workflow, as the image example does."""

import importlib
import sys
from pathlib import Path

import click
from rich.console import Console

from flowy.errors import FlowyError

CHECKOUT = Path(__file__).resolve().parents[2]
"""Where the repository is when Flowy runs from it."""

EXAMPLE = Path("examples", "images", "demo.py")


@click.command()
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("demo.db"),
    show_default=True,
    help="The database file; the same file goes on where it was left.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-work"),
    show_default=True,
    help="The folder that the photographs are sorted into.",
)
def demo(database: Path, work: Path) -> None:
    """Download photographs, resize them and sort them by colour, durably.

    Kill it at any moment and run it again: it finishes what is left, and nothing is done twice.
    """
    if not (CHECKOUT / EXAMPLE).exists():
        raise click.ClickException(
            f"the example is not installed with Flowy, only its repository has {EXAMPLE}: "
            "clone it and run `make demo` there"
        )
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))
    try:
        example = importlib.import_module("examples.images.demo")
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the example needs {error.name}, which is not installed: pip install 'flowy[demo]'"
        ) from error
    try:
        is_done = example.run(database, work, Console())
    except FlowyError as error:
        raise click.ClickException(str(error)) from error
    if not is_done:
        raise click.ClickException(
            f"not every photograph was sorted: `flowy show NAME --domain {example.DOMAIN} "
            f"--address sqlite:///{database}` shows why"
        )
