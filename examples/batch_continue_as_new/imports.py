"""Import a large table page by page: each run does some pages, and goes on as a new one.

A table is a CSV file with a column ``id``; its rows go into a database of the same name.
"""

import csv
import json
import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path

import flowy
from flowy import Activity, ActivityProxy, Signal, Workflow, activity, workflow

LIST = "imports"
PAGE = 50
"""Rows of a page."""


@activity("imports.list", 1, LIST)
class ListPage(Activity):
    def run(self, table, cursor):
        """Return the rows from the cursor on, and the next cursor or None."""
        with Path(f"{table}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(islice(csv.DictReader(file), cursor, cursor + PAGE + 1))
        following = cursor + PAGE if len(rows) > PAGE else None
        return {"rows": [{"table": table, **row} for row in rows[:PAGE]], "next": following}


@activity("imports.load", 1, LIST)
class Load(Activity):
    def run(self, row):
        """Load one row; loading it again, after a crash, changes nothing."""
        with closing(sqlite3.connect(f"{row['table']}.db", timeout=30)) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, row TEXT)")
            database.execute("REPLACE INTO rows VALUES (?, ?)", (row["id"], json.dumps(row)))


@workflow("imports.table", 1, LIST, workflow_duration=24 * 3600)
class ImportTable(Workflow):
    list_page = ActivityProxy(ListPage)
    load = ActivityProxy(Load)
    pause = Signal()
    restart_events = 300
    """As many events as a run has, about, when it goes on as new; in earnest it is thousands."""

    async def run(self, table, cursor=0, done=0):
        while not self.should_restart:
            page = await self.list_page(table, cursor)
            await flowy.map(self.load, page["rows"], max_concurrency=50)
            cursor, done = page["next"], done + len(page["rows"])
            self.set_execution_context({"rows": done, "cursor": cursor})
            if cursor is None:
                return done
            if len(self.pause):
                await self.sleep(await self.pause.get())
        # What the next run must know are its arguments; the history begins anew.
        return self.restart(table, cursor, done)
