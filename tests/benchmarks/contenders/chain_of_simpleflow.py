"""What simpleflow's deciders and workers import: a chain of activities in its own terms."""

from simpleflow import Workflow, activity, futures

TIMEOUTS = (
    "start_to_close_timeout",
    "schedule_to_close_timeout",
    "schedule_to_start_timeout",
    "heartbeat_timeout",
)


@activity.with_attributes(task_list="list", version="1", **dict.fromkeys(TIMEOUTS, 600))
def step(value):
    """Give back what it gets."""
    return value


class Chain(Workflow):
    """Runs activities one after the other."""

    name = "chain_of_simpleflow.Chain"
    version = "1"
    task_list = "list"
    execution_timeout = 3600
    decision_tasks_timeout = 600

    def run(self, steps):
        """Return the last result."""
        value = 0
        for number in range(steps):
            future = self.submit(step, number)
            futures.wait(future)
            value = future.result
        return value
