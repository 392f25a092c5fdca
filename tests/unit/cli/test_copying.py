"""Long copies show how far they are, on a terminal only."""

import io

import pytest
from rich.console import Console

from flowy.cli.copying import CHUNK, copy


def copied(data, *, terminal, patience, size=None):
    shown, target = io.StringIO(), io.BytesIO()
    console = Console(file=shown, force_terminal=terminal, width=100)
    copy(io.BytesIO(data), target, "big.tar", size, console=console, patience=patience)
    assert target.getvalue() == data
    return shown.getvalue()


@pytest.mark.parametrize("size", [None, 3 * CHUNK + 1])
def test_a_long_copy_shows_a_bar_on_a_terminal(size):
    shown = copied(b"x" * (3 * CHUNK + 1), terminal=True, patience=0, size=size)
    assert "big.tar" in shown
    assert "MB" in shown


def test_a_quick_copy_shows_none():
    assert "big.tar" not in copied(b"x" * CHUNK, terminal=True, patience=60)


def test_nothing_is_shown_where_nobody_looks():
    assert copied(b"x" * CHUNK, terminal=False, patience=0) == ""
