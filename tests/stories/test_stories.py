"""The same stories end the same wherever they are told.

On virtual time in this process, over HTTP with real processes, on moto what moto can, and on Amazon
SWF by ``make test-aws``. The stories of a ground are begun together, so that pauses are shared.
"""

import json
from collections import Counter

import pytest

from flowy.protocol.events import workflow
from flowy.protocol.ids import ExecutionId
from flowy.protocol.requests.executions import (
    GetWorkflowExecutionHistory,
    RequestCancelWorkflowExecution,
    SignalWorkflowExecution,
)
from flowy.swf.starter import WorkflowStarter
from tests.stories.grounds import GROUNDS
from tests.stories.stories import STORIES

MOMENTS = 900
"""How many moments a story may take: a minute and a half where time is real."""

ENDS = {
    workflow.WorkflowExecutionCanceled: lambda attributes: ("canceled", None),
    workflow.WorkflowExecutionCompleted: lambda attributes: (
        "completed",
        json.loads(attributes.result),
    ),
    workflow.WorkflowExecutionFailed: lambda attributes: ("failed", attributes.reason),
    workflow.WorkflowExecutionTerminated: lambda attributes: ("terminated", attributes.reason),
    workflow.WorkflowExecutionTimedOut: lambda attributes: ("timed out", attributes.timeout_type),
}


def begin(ground, story):
    name = story.workflow.__name__
    starter = WorkflowStarter(name, 1, ground.client, ground.domain)
    workflow_id, run_id = f"{name} {starter.new_id()}", None
    with starter.id(workflow_id):
        for _ in range(MOMENTS):
            run_id = starter(*story.args)
            if run_id is not None:
                break
            ground.wait()  # the workers have not registered the type yet
    assert run_id is not None, f"{name} cannot be started"
    execution = ExecutionId(workflow_id=workflow_id, run_id=run_id)
    for signal, value in story.signals:
        ground.client.call(
            SignalWorkflowExecution(
                domain=ground.domain,
                workflow_id=execution.workflow_id,
                signal_name=signal,
                input=json.dumps(value),
            )
        )
    return execution


def history_of(ground, execution):
    request = GetWorkflowExecutionHistory(domain=ground.domain, execution=execution)
    return ground.client.call(request).events


def end_of(ground, story, execution):
    """Wait for the end of a story; return it and the history of its last run."""
    cancelled = False
    for _ in range(MOMENTS):
        history = history_of(ground, execution)
        last = history[-1]
        if isinstance(last, workflow.WorkflowExecutionContinuedAsNew):
            run_id = last.attributes.new_execution_run_id
            execution = ExecutionId(workflow_id=execution.workflow_id, run_id=run_id)
            continue
        if type(last) in ENDS:
            return ENDS[type(last)](last.attributes), history
        if story.cancelled and not cancelled and type(last).__name__ == "TimerStarted":
            cancelled = True
            ground.client.call(
                RequestCancelWorkflowExecution(
                    domain=ground.domain, workflow_id=execution.workflow_id
                )
            )
        ground.wait()
    raise AssertionError(f"{execution} is open: {[type(event).__name__ for event in history]}")


@pytest.mark.parametrize("name", GROUNDS)
def test_every_story_ends_the_same_wherever_it_is_told(name, tmp_path):
    enter, can = GROUNDS[name]
    stories = [story for story in STORIES if story.needs <= can]
    found = {}
    with enter(tmp_path) as ground:
        begun = [begin(ground, story) for story in stories]
        for story, execution in zip(stories, begun, strict=True):
            end, history = end_of(ground, story, execution)
            counts = Counter(type(event).__name__ for event in history)
            happened = tuple((kind, counts[kind]) for kind, _ in story.happened)
            found[story.workflow.__name__] = end, happened
    assert found == {story.workflow.__name__: (story.end, story.happened) for story in stories}
