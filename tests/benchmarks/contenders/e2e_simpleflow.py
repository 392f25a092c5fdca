"""simpleflow's own poller, executor and worker against an SWF at an address, in one process.

It would fork a process for each task; its own functions are called without that. It polls only
when a task waits, because moto holds an empty poll for a second. ``moto`` starts moto's server.
"""

import json
import logging
import os
import uuid

import boto3
import e2e_boto3
import e2e_driver

STEPS = 60


def measure(address):
    """Run the loads."""
    logging.disable(logging.CRITICAL)
    region = {"AWS_DEFAULT_REGION": "us-east-1", "SIMPLEFLOW_LOG_LEVEL": "ERROR"}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    os.environ.update(**region, **keys, AWS_ENDPOINT_URL=address, AWS_ENDPOINT_URL_SWF=address)
    client = boto3.client("swf")
    register(client)

    from simpleflow.swf.mapper.models import Domain
    from simpleflow.swf.process.decider.base import process_decision
    from simpleflow.swf.process.decider.helpers import make_decider_poller
    from simpleflow.swf.process.worker.base import ActivityPoller, process_task

    name = "chain_of_simpleflow.Chain"
    deciders = make_decider_poller([name], e2e_boto3.DOMAIN, "list")
    workers = ActivityPoller(Domain(e2e_boto3.DOMAIN), "list")

    def decide():
        process_decision(deciders, deciders.poll(identity="decider"))

    def work():
        found = workers.poll(identity="worker")
        process_task(workers, found.task_token, found.activity_task, None)

    def one(steps):
        client.start_workflow_execution(
            domain=e2e_boto3.DOMAIN,
            workflowId=uuid.uuid4().hex,
            workflowType={"name": name, "version": "1"},
            input=json.dumps({"args": [steps]}),
        )
        for _ in range(steps):
            decide()
            work()
        decide()

    e2e_driver.run(one, chain=STEPS, latencies=30)


def register(client):
    """Register what the executions need."""
    client.register_domain(name=e2e_boto3.DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    client.register_workflow_type(
        domain=e2e_boto3.DOMAIN,
        name="chain_of_simpleflow.Chain",
        version="1",
        defaultTaskList=e2e_boto3.LIST,
        defaultChildPolicy="TERMINATE",
        defaultExecutionStartToCloseTimeout="3600",
        defaultTaskStartToCloseTimeout="600",
    )
    client.register_activity_type(
        domain=e2e_boto3.DOMAIN,
        name="chain_of_simpleflow.step",
        version="1",
        defaultTaskList=e2e_boto3.LIST,
        **{f"defaultTask{name}Timeout": "600" for name in e2e_boto3.TIMEOUTS},
    )


if __name__ == "__main__":
    e2e_boto3.main(measure)
