"""`flowy machine`: look at the definitions of token machines."""

from pathlib import Path
from typing import Any

import click

from flowy.cli.modules import module
from flowy.machine.callbacks import ANY, Callbacks
from flowy.machine.draw import draw_mermaid, draw_svg

DRAW = {"mermaid": draw_mermaid, "svg": draw_svg}


@click.group()
def machine() -> None:
    """Look at the definitions of token machines."""


@machine.command()
@click.argument("definition", metavar="MODULE:NAME")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(DRAW)),
    help="What to draw. [default: what --output ends in, else mermaid]",
)
@click.option("--key", default=ANY, show_default=True, help="Which of several definitions.")
@click.option("--position", metavar="PATH", help="The task to mark, such as 1,0,2.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write. [default: standard output]",
)
def draw(
    definition: str, form: str | None, key: str, position: str | None, output: Path | None
) -> None:
    """Draw a definition, with the task at which a machine stands.

    NAME is a nested list of tasks, or anything with ``callbacks``: a durable machine's class, an
    engine.
    """
    form = form or ("svg" if output is not None and output.suffix == ".svg" else "mermaid")
    picture = DRAW[form](_tasks(_find(definition), key, definition), _path(position))
    if output is None:
        click.echo(picture, nl=False)
    else:
        output.write_text(picture, encoding="utf-8")
        click.echo(output)


def _find(definition: str) -> Any:
    name, _, attributes = definition.partition(":")
    if not attributes:
        raise click.UsageError(f"say which definition of {name}, such as {name}:CHECK_ORDER")
    found: Any = module(name)
    for attribute in attributes.split("."):
        if not hasattr(found, attribute):
            raise click.ClickException(f"there is no {attributes} in {name}")
        found = getattr(found, attribute)
    return found


def _tasks(found: Any, key: str, definition: str) -> list[Any]:
    found = getattr(found, "callbacks", found)
    if isinstance(found, Callbacks):
        found = found.get(None)
    if isinstance(found, dict):
        if key not in found:
            raise click.ClickException(
                f"{definition} has no definition under the key {key!r}, only under "
                f"{', '.join(map(repr, found))}: give another --key"
            )
        found = found[key]
    if not isinstance(found, list | tuple):
        raise click.ClickException(f"{definition} is {found!r}, not a list of tasks")
    return list(Callbacks.cleanup_callables(found))


def _path(position: str | None) -> list[int] | None:
    if position is None:
        return None
    try:
        return [int(step) for step in position.strip("[]").split(",")]
    except ValueError as error:
        raise click.UsageError(
            f"--position is a path of numbers such as 1,0,2, not {position!r}"
        ) from error
