"""What commands that go on for long say: log lines on the standard error."""

import logging

import click

from flowy.observability import logs


class CannotBegin(click.ClickException):
    """What these options ask for cannot be had, whatever the code of the modules is."""

    exit_code = 2


def log_to_stderr(verbose: bool, *, json: bool = False) -> None:
    """Log to the standard error, with the time and the execution that a line is about.

    Args:
        verbose: Log everything.
        json: Log JSON objects, for machines.
    """
    logs.configure(logging.DEBUG if verbose else logging.INFO, json=json)
