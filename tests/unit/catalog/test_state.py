"""States as values: what each knows, what comes of it, how it travels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.catalog.workflow.state import (
    ACTIVE_STATES,
    StateCanceled,
    StateError,
    StatePending,
    StateRunning,
    StateSuccess,
    WorkflowState,
    deserialize_state,
    serialize_state,
)

ALL = {
    "PENDING": StatePending,
    "RUNNING": StateRunning,
    "CANCELED": StateCanceled,
    "ERROR": StateError,
    "SUCCESS": StateSuccess,
}
QUESTIONS = {
    "PENDING": "is_pending",
    "RUNNING": "is_running",
    "CANCELED": "is_canceled",
    "ERROR": "is_error",
    "SUCCESS": "is_success",
}
MOMENT = "2024-05-01T12:00:00.000000+00:00"
LATER = "2024-05-01T13:00:00.000000+00:00"


@pytest.mark.parametrize("name", list(ALL))
def test_a_state_knows_its_type(name: str) -> None:
    state = ALL[name]()
    assert str(state) == state.type_id == name
    assert state == ALL[name](created_at=MOMENT)
    assert hash(state) == hash(ALL[name]())
    assert state != name
    assert [ask for ask in QUESTIONS.values() if getattr(state, ask)()] == [QUESTIONS[name]]
    assert state.is_active() == (name in ACTIVE_STATES)
    assert len(state.created_at) == 32
    assert state.created_at.endswith("+00:00")


def test_states_of_different_types_differ() -> None:
    states = [make() for make in ALL.values()]
    assert len(set(states)) == 5


@pytest.mark.parametrize("make", [StatePending, StateRunning])
def test_an_active_state_can_end_in_three_ways(make: type) -> None:
    state = make(created_at=MOMENT)
    assert state.cancel().messages == ["canceled at user request"]
    assert state.cancel(["why"]).messages == ["why"]
    assert state.error().messages == []
    assert state.error(["a", "b"]).messages == ["a", "b"]
    assert state.success(["a.json"]).files == ["a.json"]
    assert state.success().files == []
    for ended in (state.cancel(), state.error(), state.success()):
        assert ended.created_at == MOMENT


def test_a_pending_run_that_ends_has_no_duration_of_its_own() -> None:
    pending = StatePending(MOMENT)
    for ended in (pending.cancel(), pending.error()):
        assert ended.started_at == ended.stopped_at
    assert pending.success().started_at == MOMENT
    assert pending.start().created_at == MOMENT


def test_a_running_run_keeps_when_it_began() -> None:
    running = StateRunning(MOMENT, LATER)
    for ended in (running.cancel(), running.error(), running.success()):
        assert ended.started_at == LATER


def test_defaults_of_ended_states() -> None:
    assert StateCanceled(MOMENT).started_at == MOMENT
    assert StateError(MOMENT).started_at == MOMENT
    assert StateSuccess(MOMENT).started_at == MOMENT
    assert StateSuccess(MOMENT).finished_at > LATER


def test_the_form_of_a_state_in_json() -> None:
    assert serialize_state(StatePending(MOMENT)) == {"type": "PENDING", "createdAt": MOMENT}
    assert serialize_state(StateError(MOMENT, MOMENT, LATER, ["a"])) == {
        "type": "ERROR",
        "createdAt": MOMENT,
        "startedAt": MOMENT,
        "finishedAt": LATER,
        "messages": ["a"],
    }


texts = st.lists(st.text(max_size=5), max_size=3)


@given(st.sampled_from(list(ALL)), texts)
def test_a_state_can_travel(name: str, values: list[str]) -> None:
    state: WorkflowState = {
        "PENDING": lambda: StatePending(MOMENT),
        "RUNNING": lambda: StateRunning(MOMENT, LATER),
        "CANCELED": lambda: StateCanceled(MOMENT, MOMENT, LATER, values),
        "ERROR": lambda: StateError(MOMENT, MOMENT, LATER, values),
        "SUCCESS": lambda: StateSuccess(MOMENT, MOMENT, LATER, values),
    }[name]()
    document = serialize_state(state)
    assert vars(deserialize_state(document)) == vars(state)
    for key in document:
        with pytest.raises(KeyError):
            deserialize_state({name: value for name, value in document.items() if name != key})


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no state 'LOST' of a run"):
        deserialize_state({"type": "LOST", "createdAt": MOMENT})
