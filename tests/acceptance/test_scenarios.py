"""All 13 recorded scenarios, on the embedded service: the same ids in the same order.

Each is played twice: by a decider that keeps its runs, and by one that is restarted before every
step and so has nothing but the history.
"""

import pytest

from tests.acceptance import scenarios
from tests.acceptance.stage import Stage


@pytest.fixture
def stage():
    stage = Stage(scenarios, scenarios.TASK_LIST, scenarios.VERSION)
    yield stage
    stage.close()


ASKED = {
    "ActivityTaskScheduled": lambda a: f"#{a.activity_id}",
    "TimerStarted": lambda a: f"timer #{a.timer_id} {a.start_to_fire_timeout} s",
    "StartChildWorkflowExecutionInitiated": lambda a: f"child #{a.workflow_id.split('-')[-1]}",
    "WorkflowExecutionCompleted": lambda a: f"complete {a.result}",
    "WorkflowExecutionFailed": lambda a: f"fail {a.reason}",
}


def asked(history):
    """Return what was decided, decision by decision."""
    decisions, current = [], []
    for event in history:
        name = type(event).__name__
        if name == "DecisionTaskCompleted":
            current = []
            decisions.append(current)
        elif name in ASKED:
            current.append(ASKED[name](event.attributes))
    return [decision for decision in decisions if decision]


SCENARIOS = [
    ("SimpleReturn", (), [['complete "hello"']]),
    ("ActivityReturn", (), [["#0"], ['complete "hello"']]),
    ("Sequence", (5,), [["#0"], ["#4"], ["#8"], ["#12"], ["#16"], ["complete 60"]]),
    ("MapReduce", (5,), [["#0", "#4", "#8", "#12", "#16"], ["#20"], ["complete 30"]]),
    (
        "Delay",
        (),
        [["#0", "timer #4 5 s", "timer #9 10 s"], ["#5"], ["#10"], ["complete null"]],
    ),
    ("UnhandledError", (), [["#0"], ["fail no disk"]]),
    ("HandledError", (), [["#0"], ["#4"], ["complete null"]]),
    ("ErrorChaining", (), [["#0"], ["complete null"]]),
    ("ErrorResultPassed", (), [["#0"], ["fail no disk"]]),
    ("ErrorInWorkflow", (), [["fail stop"]]),
    ("Subworkflow", (), [["child #0"], ['complete "hello"']]),
    ("SimpleDependency", (), [["#0", "#12"], ["#4"], ["#8"], ["#16"], ["complete 170"]]),
]


@pytest.mark.parametrize("restart", [False, True], ids=["kept", "cold"])
@pytest.mark.parametrize(
    ("name", "args", "expected"), SCENARIOS, ids=[name for name, _, _ in SCENARIOS]
)
def test_a_recorded_scenario_asks_for_the_same_in_the_same_order(
    stage, name, args, expected, restart
):
    assert asked(stage.play(name, *args, restart=restart)) == expected


@pytest.mark.parametrize("restart", [False, True], ids=["kept", "cold"])
def test_timeout_tries_four_times_and_fails(stage, restart):
    history = stage.play("Timeout", restart=restart)
    *tries, last = asked(history)
    assert tries == [["#0"], ["#1~0.2"], ["#2~0.3"], ["#3~0.4"]]
    assert len(last) == 1
    assert last[0].startswith("fail ")
    assert "timed out" in last[0]
    assert history[-1].event_timestamp - history[0].event_timestamp == pytest.approx(8)
