"""A workflow that any number of Celery workers run.

The broker is Redis on this machine, or what BROKER_URL says.
"""

import os

from celery import Celery

# `app` is required by the celery worker.
app = Celery("workflow_sample", broker=os.environ.get("BROKER_URL", "redis://localhost:6379/0"))


# Define a couple of basic tasks.
def add(obj, eng):
    obj["value"] += 2


def print_res(obj, eng):
    print(obj.get("value"))


# Create a workflow out of them.
flow = [add, print_res]


# Mark our execution process as a celery task with this decorator.
@app.task
def run_workflow(data):
    # The imports that this function requires must be done inside it since our code will not be
    # running in the global context.
    from flowy.machine.engine import GenericWorkflowEngine

    wfe = GenericWorkflowEngine()
    wfe.setWorkflow(flow)
    wfe.process(data)


# Code that runs when we call this script directly. This way we can start as many workflows as we
# wish and let celery handle how they are distributed and when they run.
if __name__ == "__main__":
    run_workflow.delay([{"value": 10}, {"value": 20}, {"value": 30}])
