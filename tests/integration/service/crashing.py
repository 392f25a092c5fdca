"""A child process that drives executions and prints each call that was acknowledged.

It is run as ``python crashing.py URL`` and ends only when it is killed.
"""

import sys
import threading

from flowy.protocol.faults import UnknownResourceFault
from flowy.protocol.requests.activity_tasks import RespondActivityTaskCompleted
from flowy.protocol.requests.decision_tasks import RespondDecisionTaskCompleted
from flowy.protocol.requests.domains import DescribeDomain
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.service.client import EmbeddedClient
from flowy.service.server import Service
from tests.integration.service.driving import DOMAIN, Driver, complete, schedule

STEPS = 3


def say(*words: object) -> None:
    """Print a line at once; lines of several threads do not mix."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def start(driver: Driver, prefix: str) -> None:
    number = 0
    while True:
        number += 1
        execution = driver.start(f"{prefix}-{number}")
        say("WorkflowExecutionStarted", execution.workflow_id, execution.run_id, 1)
        driver.client.call(
            SignalWorkflowExecution(
                domain=DOMAIN,
                workflow_id=execution.workflow_id,
                run_id=execution.run_id,
                signal_name="go",
            )
        )
        say("WorkflowExecutionSignaled", execution.workflow_id, execution.run_id, 0)


def decide(driver: Driver) -> None:
    while True:
        task = driver.poll_decision()
        run = task.workflow_execution
        say("DecisionTaskStarted", run.workflow_id, run.run_id, task.started_event_id)
        names = [type(event).__name__ for event in task.events]
        done = names.count("ActivityTaskCompleted")
        asked = names.count("ActivityTaskScheduled")
        if done == STEPS:
            decisions = (complete(),)
        elif asked == done:
            decisions = (schedule(str(done)),)
        else:
            decisions = ()
        driver.client.call(
            RespondDecisionTaskCompleted(task_token=task.task_token, decisions=decisions)
        )
        say("DecisionTaskCompleted", run.workflow_id, run.run_id, 0)


def work(driver: Driver) -> None:
    while True:
        task = driver.poll_activity()
        run = task.workflow_execution
        say("ActivityTaskStarted", run.workflow_id, run.run_id, task.started_event_id)
        driver.client.call(RespondActivityTaskCompleted(task_token=task.task_token))
        say("ActivityTaskCompleted", run.workflow_id, run.run_id, 0)


def main(url: str, prefix: str) -> None:
    """Drive until killed."""
    service = Service(url).start()
    driver = Driver(EmbeddedClient(service))
    try:
        service.call(DescribeDomain(name=DOMAIN))
    except UnknownResourceFault:
        driver.register()
    threads = [
        threading.Thread(target=start, args=(driver, prefix)),
        *(threading.Thread(target=decide, args=(driver,)) for _ in range(2)),
        *(threading.Thread(target=work, args=(driver,)) for _ in range(2)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
