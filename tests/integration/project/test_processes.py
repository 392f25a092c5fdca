"""Processes: what each verb does in each state, without interpreters."""

import pytest

from flowy.errors import IllegalMove, PayloadError, ProjectError, UnknownInProject
from flowy.project import Project
from tests.integration.project.conftest import states

STATES = ("waiting", "pending", "processing", "Success", "Failure")


@pytest.fixture
def process(chain):
    return chain.run_script("first", {"a": 1})


def bring(process, status):
    """Bring a pending process into a state."""
    from flowy.project.lifecycle import Starter, claim
    from flowy.project.states import STARTABLE

    home = process.project
    if status == "waiting":
        return home.process(2)
    if status == "processing":
        starter = Starter(host="elsewhere", now=home.clock.now(), log="none.log")
        home.write(lambda session: claim(session, home.id, process.id, starter, STARTABLE))
    elif status in ("Success", "Failure"):
        process.completed(status == "Success", "old")
    return process


def test_launching_makes_the_whole_tree_and_queues_its_root(chain, process):
    assert states(chain) == [("first", "pending"), ("second", "waiting"), ("third", "waiting")]
    assert [each.id for each in chain.process(3).get_ancestor(label="first").get_decendents()] == [
        2
    ]


@pytest.mark.parametrize("status", STATES)
def test_queue_works_from_every_state_but_pending_and_processing(process, status):
    moved = bring(process, status)
    moved.queue({"b": 2}, propagate=False)
    if status == "processing":
        assert moved.status == "processing"
        assert "b" not in moved.arguments
        return
    assert moved.status == "pending"
    assert moved.arguments["b"] == 2
    assert moved.message == {"Success": "[old]", "Failure": "[old]"}.get(status, "")
    if status != "pending":
        assert moved.data["propagate"] is False


@pytest.mark.parametrize("status", STATES)
def test_completed_ends_what_has_not_ended(process, status):
    moved = bring(process, status)
    if status in ("Success", "Failure"):
        with pytest.raises(IllegalMove, match=f"process 1 .first. cannot end .*{status} 'old'"):
            moved.completed(message="again")
        assert moved.message == "old"
    else:
        moved.completed(False, "no disk")
        assert (moved.status, moved.message) == ("Failure", "no disk")


@pytest.mark.parametrize("status", STATES)
def test_kill_ends_what_runs_and_unqueues_what_is_pending(process, status):
    moved = bring(process, status)
    before = (moved.status, moved.message)
    moved.kill()
    changes = status in ("pending", "processing")
    assert (moved.status, moved.message) == (("Failure", "Killed") if changes else before)
    if status == "pending":
        assert moved.data["duration"] == 0


def test_start_refuses_what_is_processing(process):
    with pytest.raises(IllegalMove, match=r"process 1 .first. is processing"):
        bring(process, "processing").start()


def test_the_duration_is_from_the_start_to_the_end(chain, timed, clock):
    timed.run_script("first")
    process = timed.process(1)
    assert process.duration == 0
    bring(process, "processing")
    clock.advance(5)
    assert process.duration == 5
    process.completed()
    clock.advance(100)
    assert process.duration == 5


def test_the_duration_can_be_given_and_is_0_without_a_start(chain):
    first, second = chain.run_script("first"), chain.run_script("first")
    first.completed(dt=12.5)
    second.completed()
    assert (first.data["duration"], second.data["duration"]) == (12.5, 0)


@pytest.mark.parametrize("status", [True, False])
def test_the_end_queues_dependents_on_success_and_on_failure(chain, process, status):
    process.completed(status)
    assert states(chain)[1:] == [("second", "pending"), ("third", "waiting")]


def test_without_propagation_the_end_queues_nobody(chain, process):
    process.completed()
    process.queue(propagate=False)
    chain.process(2).completed()
    process.completed()
    assert chain.process(2).status == "Success"


def test_a_rerun_takes_the_same_children(chain, process):
    for each in (1, 2, 3):
        chain.process(each).completed()
    process.queue()
    process.completed()
    assert states(chain) == [("first", "Success"), ("second", "pending"), ("third", "Success")]


def test_missing_children_are_made_at_the_end(chain, process):
    chain.delete_process(3)
    chain.delete_process(2)
    process.completed()
    assert states(chain)[1:] == [("second", "pending"), ("third", "waiting")]


def test_ancestors_are_found_by_generation_label_and_number(chain, process):
    third = chain.process(3)
    assert third.get_ancestor(gen=0) == third
    assert third.get_ancestor(gen=2) == process
    assert third.get_ancestor(gen=3) is None
    assert third.get_ancestor(label="second").id == 2
    assert third.get_ancestor(label="none") is None
    assert third.get_ancestor(id=1) == process
    assert third.get_ancestor() is None


def test_children_are_the_direct_ones(chain, process):
    assert [each.id for each in process.get_decendents()] == [2]
    assert [each.id for each in process.get_decendents("second")] == [2]
    assert process.get_decendents("third") == []


def test_arguments_and_metadata_are_set_one_by_one(process):
    process.set_param("b", [1, 2])
    process.set_metadata("patient", "x")
    assert process.arguments == {"a": 1, "b": [1, 2]}
    assert (process.metadata, process.has_metadata()) == ({"patient": "x"}, True)
    process.clear_metadata()
    assert not process.has_metadata()


def test_free_values_go_into_the_record(process):
    process.set_data("priority", 1)
    process.append_data("notes", "one")
    process.append_data("notes", "two")
    assert (process.data["priority"], process.data["notes"]) == (1, ["one", "two"])


@pytest.mark.parametrize("key", ["status", "id", "parent", "workspaces"])
def test_values_with_verbs_of_their_own_are_not_set_by_hand(process, key):
    with pytest.raises(ProjectError, match=f"{key}.* of process 1 is not set by hand"):
        process.set_data(key, "x")


def test_what_json_cannot_say_is_refused_by_name(chain, process):
    with pytest.raises(PayloadError, match="argument 'when' cannot be kept"):
        chain.run_script("first", {"when": object()})
    with pytest.raises(PayloadError, match="metadata 'x'"):
        process.set_metadata("x", object())
    assert len(chain.list_processes()) == 3


def test_progress_is_the_message(process):
    process.progress("half")
    assert process.message == "half"


def test_a_second_project_of_the_same_name_sees_everything(process):
    with Project("lab") as other:
        assert other.process(1).arguments == {"a": 1}


def test_lists_are_chosen_by_label_state_and_number(chain, process):
    chain.run_script("first")
    assert [each.id for each in chain.processes("first")] == [4, 1]
    assert [each.id for each in chain.processes(status="pending", limit=1)] == [4]
    assert [each.id for each in chain.list_processes(2)] == [6, 5]
    assert [each.id for each in chain.list_processes("third")] == [6, 3]
    assert [each.id for each in chain.processes_pending()] == [1, 4]
    assert chain.active_processes() == []


def test_deleting_a_process_makes_roots_of_its_children(chain, process):
    workspace = process.get_workspace("out")
    kept = chain.process(2).get_workspace("out")
    chain.delete_process(1)
    chain.delete_process(2, delete_workspaces=False)
    third = chain.process(3)
    assert (third.parent, third.root) == (None, third)
    assert chain.workspace(kept.id).data["process"] is None
    with pytest.raises(UnknownInProject, match=f"unknown workspace {workspace.id}"):
        chain.workspace(workspace.id)


def test_numbers_are_used_again_only_after_trimming(chain, process):
    chain.delete_process(3)
    assert chain.new_workspace().id == 1
    chain.delete_workspace(1)
    chain.trim_process_index()
    chain.trim_workspace_index()
    chain.trim_script_index()
    assert chain.run_script("third").id == 3
    assert chain.new_workspace().id == 1
    assert chain.new_script("new").id == 4
