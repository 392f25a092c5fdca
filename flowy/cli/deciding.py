"""The options that say how a worker decides."""

import functools
from collections.abc import Callable
from typing import Any

import click

from flowy.config import BUILD_VARIABLE
from flowy.errors import DefinitionError
from flowy.worker.settings import DeciderSettings


def deciding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as ``deciding``."""

    @functools.wraps(command)
    def with_settings(
        *args: Any,
        build: str | None,
        pinned_only: bool,
        no_guards: bool,
        warn_after: float,
        fail_after: float,
        **kwargs: Any,
    ) -> Any:
        try:
            settings = DeciderSettings(
                guarded=not no_guards,
                warn_after=warn_after,
                fail_after=fail_after,
                build=build or None,
                takes_new=not pinned_only,
            )
        except DefinitionError as error:
            raise click.UsageError(str(error)) from error
        return command(*args, deciding=settings, **kwargs)

    usual = DeciderSettings()
    options = (
        click.option(
            "--build",
            metavar="NAME",
            envvar=BUILD_VARIABLE,
            help="The name of this code; executions that it begins stay with workers of this name. "
            f"[default: {BUILD_VARIABLE}, else none]",
        ),
        click.option(
            "--pinned-only", is_flag=True, help="Only go on with executions of this build."
        ),
        click.option(
            "--no-guards", is_flag=True, help="Let workflow code call clocks, chance and the like."
        ),
        click.option(
            "--warn-after",
            metavar="SECONDS",
            type=float,
            default=usual.warn_after,
            show_default=True,
            help="Log where workflow code stands that takes longer; 0 for never.",
        ),
        click.option(
            "--fail-after",
            metavar="SECONDS",
            type=float,
            default=usual.fail_after,
            show_default=True,
            help="Give up a decision that takes longer; 0 for never.",
        ),
    )
    for option in reversed(options):
        with_settings = option(with_settings)
    return with_settings
