"""Import a large table page by page: each run does some pages, and goes on as a new one."""

import flowy
from flowy import Activity, ActivityProxy, Signal, Workflow, activity, workflow

LIST = "imports"


@activity("imports.list", 1, LIST)
class ListPage(Activity):
    def run(self, table, cursor):
        raise NotImplementedError("gives the rows behind the cursor, and the next cursor or null")


@activity("imports.load", 1, LIST)
class Load(Activity):
    def run(self, row):
        raise NotImplementedError("loads one row")


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
