"""Every command and every option of the command line is in the reference."""

from pathlib import Path

import click
import pytest

from flowy.cli.main import COMMANDS, main

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "commands.md").read_text(
    encoding="utf-8"
)


def section(name):
    """Return what the page says of one command."""
    return PAGE.partition(f"\n`flowy {name}")[2].partition("\n\n")[0]


def commands():
    """Return the commands that are no groups, by name."""
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in COMMANDS}
    return {name: one for name, one in found.items() if not isinstance(one, click.Group)}


@pytest.mark.parametrize("name", list(commands()))
def test_a_command_and_its_options_are_described(name):
    command = commands()[name]
    general = PAGE.partition("\n\n")[2].partition("\n\n")[0]
    options = {
        max(option.opts, key=len) for option in command.params if isinstance(option, click.Option)
    }
    missing = [o for o in sorted(options) if f"`{o}`" not in section(name) + general]
    assert section(name)
    assert missing == []


def subcommands():
    """Return the commands of groups: the group's name, their own, and themselves."""
    context = click.Context(main)
    groups = {name: main.get_command(context, name) for name in COMMANDS}
    return [
        (name, sub, group.get_command(context, sub))
        for name, group in groups.items()
        if isinstance(group, click.Group)
        for sub in group.list_commands(context)
    ]


@pytest.mark.parametrize(("group", "name", "command"), subcommands())
def test_a_command_of_a_group_and_its_options_are_described(group, name, command):
    general = PAGE.partition("\n\n")[2].partition("\n\n")[0]
    parts = [part for part in PAGE.split("\n\n") if f"`flowy {group}" in part]
    about = "\n".join([general, *parts])
    options = [option for option in command.params if isinstance(option, click.Option)]
    names = {max(option.opts, key=len) for option in options}
    assert f"`flowy {group} {name}" in about or f"`{name}`" in about
    assert [each for each in sorted(names) if f"`{each}`" not in about] == []
