"""A decider and an activity worker by hand, with boto3, against an SWF at an address.

One thread plays both in turn and polls only when a task waits, because moto holds an empty poll for
a second. ``moto`` as the address starts moto's own server.
"""

import os
import socket
import subprocess
import sys
import sysconfig
import threading
import uuid
from contextlib import suppress
from pathlib import Path

import boto3
import e2e_driver
from botocore.config import Config

DOMAIN, LIST = "bench", {"name": "list"}
TYPE = {"name": "type", "version": "1"}
DONE = [
    {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": {"result": "1"},
    }
]
TIMEOUTS = ("StartToClose", "ScheduleToClose", "ScheduleToStart", "Heartbeat")


def schedule(number):
    """Return the decision that asks for an activity."""
    attributes = {"activityId": f"a{number}", "activityType": TYPE, "input": "1"}
    return [
        {
            "decisionType": "ScheduleActivityTask",
            "scheduleActivityTaskDecisionAttributes": attributes,
        }
    ]


def register(client):
    """Register what the executions need."""
    client.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    client.register_workflow_type(
        domain=DOMAIN,
        name=TYPE["name"],
        version=TYPE["version"],
        defaultTaskList=LIST,
        defaultChildPolicy="TERMINATE",
        defaultExecutionStartToCloseTimeout="3600",
        defaultTaskStartToCloseTimeout="600",
    )
    client.register_activity_type(
        domain=DOMAIN,
        name=TYPE["name"],
        version=TYPE["version"],
        defaultTaskList=LIST,
        **{f"defaultTask{name}Timeout": "600" for name in TIMEOUTS},
    )


def serve():
    """Start moto's server and return it with its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sysconfig.get_path("scripts")) / "moto_server"
    command = [program, "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            break
        threading.Event().wait(0.1)
    return server, f"http://127.0.0.1:{port}"


def measure(address):
    """Run the loads."""
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
    client = boto3.client(
        "swf",
        endpoint_url=address,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 0}),
    )
    register(client)

    def decide(decisions):
        task = client.poll_for_decision_task(domain=DOMAIN, taskList=LIST)
        client.respond_decision_task_completed(taskToken=task["taskToken"], decisions=decisions)

    def one(steps):
        name = uuid.uuid4().hex
        client.start_workflow_execution(domain=DOMAIN, workflowId=name, workflowType=TYPE)
        for number in range(steps):
            decide(schedule(number))
            task = client.poll_for_activity_task(domain=DOMAIN, taskList=LIST)
            client.respond_activity_task_completed(taskToken=task["taskToken"], result="1")
        decide(DONE)

    e2e_driver.run(one, chain=100, latencies=50)


def main(measure):
    """Measure at the address that is given."""
    address, server = sys.argv[1], None
    if address == "moto":
        server, address = serve()
    try:
        measure(address)
    finally:
        if server is not None:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(measure)
