"""Workflows in simpleflow's terms, which its own deciders and workers run; nothing here is ours."""

from simpleflow import Workflow, activity, futures

TIMEOUTS = {
    "start_to_close_timeout": 60,
    "schedule_to_close_timeout": 60,
    "schedule_to_start_timeout": 60,
    "heartbeat_timeout": 60,
}


@activity.with_attributes(task_list="activities", version="1", **TIMEOUTS)
def add(a, b):
    return a + b


@activity.with_attributes(task_list="activities", version="1", raises_on_failure=False, **TIMEOUTS)
def fail():
    raise ValueError("sold out")


class Half(Workflow):
    name = "half"
    version = "1"
    task_list = "orders"
    execution_timeout = 60
    decision_tasks_timeout = 30

    def run(self, x):
        return self.submit(add, x / 2, 0).result


class Orders(Workflow):
    """Activities side by side, a failure, a timer, a marker, and a child."""

    name = "orders"
    version = "1"
    task_list = "orders"
    execution_timeout = 60
    decision_tasks_timeout = 30

    def run(self, x):
        parts = [self.submit(add, x, number) for number in range(3)]
        failed = self.submit(fail)
        futures.wait(failed, *parts)
        futures.wait(self.submit(self.start_timer("pause", 1)))
        total = self.submit(add, parts[0].result + parts[1].result, parts[2])
        futures.wait(self.submit(self.record_marker("added", details="three")))
        half = self.submit(Half, total)
        return [half.result, "sold out" in str(failed.exception)]
