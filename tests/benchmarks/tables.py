"""Tables of figures on the terminal."""

import time

from rich.console import Console
from rich.table import Table


def show(title, columns, rows, note=""):
    """Print a table; figures are texts already."""
    table = Table(title=title, caption=note, title_justify="left", caption_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*map(str, row))
    console = Console(width=118)
    console.print()
    console.print(table)


def thousands(value):
    """Write a rate."""
    return f"{value / 1e3:,.0f} k"


def timed(work, *args):
    """Return the seconds that a call takes."""
    before = time.perf_counter()
    work(*args)
    return time.perf_counter() - before


def quantile(values, share):
    """Return the value below which that share of the values is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
