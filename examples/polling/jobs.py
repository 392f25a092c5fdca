"""Wait for a job of somebody else's by asking again and again, each time after a longer pause."""

import json
from pathlib import Path

from flowy import Activity, ActivityProxy, Workflow, activity, workflow

LIST = "jobs"
LONGEST = 600
"""Seconds: no pause is longer."""


@activity("jobs.look", 1, LIST)
class Look(Activity):
    def run(self, job):
        """Ask the other system, here a folder of files, how far the job is."""
        file = Path("jobs") / f"{job}.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else {"state": "running"}


@workflow("jobs.wait", 1, LIST, workflow_duration=7 * 24 * 3600)
class WaitForJob(Workflow):
    look = ActivityProxy(Look)

    async def run(self, job, deadline=24 * 3600):
        began, pause = self.now(), 5.0
        while True:
            found = await self.look(job)
            if found["state"] != "running":
                return found
            left = began + deadline - self.now()
            if left <= 0:
                return {"state": "given up", "job": job}
            # A little chance, the same in every replay, so that not all jobs are asked for at once.
            wait = min(pause * (1 + self.random.random() / 10), left)
            await self.sleep(wait)
            pause = min(pause * 2, LONGEST)
