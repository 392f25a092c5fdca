"""Trees: failing parents, holds, joins, success only, lineage."""

import pytest

from flowy.errors import UnknownInProject
from flowy.project import Monitor, MonitorOptions
from tests.integration.project.conftest import states


@pytest.fixture
def diamond(home):
    """One script, two that depend on it, and one that depends on both."""
    for label in ("top", "left", "right", "bottom"):
        home.new_script(label).set_filename("none.py")
    for parent, child in (
        ("top", "left"),
        ("top", "right"),
        ("left", "bottom"),
        ("right", "bottom"),
    ):
        home.script(child).add_dependency(parent)
    return home


def serve(home):
    """Let a monitor take what needs no interpreter."""
    monitor = Monitor(home, MonitorOptions(cores=100))
    while home.processes_pending() and monitor.start_next():
        pass


def test_a_failed_parent_fails_the_tree_below_it(chain):
    chain.run_script("first").completed(False, "bad")
    serve(chain)
    second, third = chain.process(2), chain.process(3)
    assert (second.status, second.message) == ("Failure", "Parent failed")
    assert (third.status, third.message) == ("Failure", "Parent failed")
    assert second.history() == []


def test_after_the_mend_the_tree_runs_again_from_there(chain):
    process = chain.run_script("first")
    process.completed(False, "bad")
    serve(chain)
    process.queue()
    process.completed()
    chain.process(2).completed()
    assert states(chain) == [("first", "Success"), ("second", "Success"), ("third", "pending")]
    assert chain.process(2).message == ""


def test_a_script_may_run_after_a_failed_parent(chain):
    chain.script("second").set_fail_if_parent_fails(False)
    chain.run_script("first").completed(False, "bad")
    monitor = Monitor(chain)
    taken = []
    monitor._launch = lambda claim: taken.append(claim.process.id)
    monitor.start_next()
    assert taken == [2]


def test_a_script_on_hold_fails_and_so_does_what_depends_on_it(chain):
    chain.script("first").set_hold_state(True)
    process = chain.run_script("first")
    serve(chain)
    assert (process.status, process.message) == ("Failure", "Script on hold")
    assert chain.process(3).message == "Parent failed"


def test_two_parents_have_a_child_each(diamond):
    diamond.run_script("top")
    assert [label for label, _ in states(diamond)] == ["top", "left", "bottom", "right", "bottom"]


def test_a_join_waits_for_all_parents(diamond):
    diamond.script("bottom").set_join(True)
    top = diamond.run_script("top")
    assert [label for label, _ in states(diamond)] == ["top", "left", "bottom", "right"]
    bottom = diamond.processes("bottom")[0]
    assert [parent.label for parent in bottom.parents] == ["left", "right"]
    top.completed()
    diamond.processes("left")[0].completed()
    assert bottom.status == "waiting"
    diamond.processes("right")[0].completed()
    assert bottom.status == "pending"


def test_a_join_fails_when_any_parent_failed(diamond):
    diamond.script("bottom").set_join(True)
    diamond.run_script("top").completed()
    diamond.processes("left")[0].completed()
    diamond.processes("right")[0].completed(False)
    serve(diamond)
    assert diamond.processes("bottom")[0].message == "Parent failed"


def test_joins_of_different_trees_are_different_processes(diamond):
    diamond.script("bottom").set_join(True)
    diamond.run_script("top")
    diamond.run_script("top")
    assert len(diamond.processes("bottom")) == 2


def test_success_only_leaves_the_child_of_a_failed_parent_waiting(chain):
    chain.script("second").set_only_on_success(True)
    process = chain.run_script("first")
    process.completed(False)
    assert states(chain)[1:] == [("second", "waiting"), ("third", "waiting")]
    process.queue()
    process.completed()
    assert states(chain)[1:] == [("second", "pending"), ("third", "waiting")]


def test_a_join_on_success_waits_for_the_success_of_all(diamond):
    diamond.script("bottom").set_join(True)
    diamond.script("bottom").set_only_on_success(True)
    diamond.run_script("top").completed()
    left, right = (diamond.processes(label)[0] for label in ("left", "right"))
    left.completed(False)
    right.completed()
    assert diamond.processes("bottom")[0].status == "waiting"
    left.queue()
    left.completed()
    assert diamond.processes("bottom")[0].status == "pending"


def test_options_can_be_said_in_the_scripts_file(home, write):
    script = home.import_script(
        write("said", "join = True\nonly_on_success = True\nfail_if_parent_fails = False")
    )
    assert {name: script.data[name] for name in ("join", "only_on_success")} == {
        "join": True,
        "only_on_success": True,
    }
    assert script.data["fail_if_parent_fails"] is False


def test_killing_a_pending_child_leaves_its_siblings(diamond):
    diamond.run_script("top").completed()
    diamond.processes("left")[0].kill()
    assert diamond.processes("right")[0].status == "pending"


def test_killing_a_tree_leaves_nothing_in_the_queue(diamond):
    top = diamond.run_script("top")
    diamond.run_script("top").completed()
    top.completed()
    diamond.kill_tree(top.id)
    assert {each.root.id for each in diamond.processes_pending()} == {6}


def test_killing_everything_empties_the_queue(diamond):
    for _ in range(2):
        diamond.run_script("top").completed()
    diamond.kill_all()
    assert diamond.processes_pending() == []
    assert diamond.active_processes() == []


def test_lineage_goes_both_ways_from_a_process_and_from_a_workspace(diamond):
    diamond.script("bottom").set_join(True)
    top = diamond.run_script("top")
    made = diamond.processes("left")[0].get_workspace("masks")
    top.get_workspace("scans")
    bottom = diamond.processes("bottom")[0]
    found = diamond.lineage(bottom)
    assert [step.process.label for step in found.ancestors] == ["left", "right", "top"]
    assert found.step.parents == tuple(each.id for each in bottom.parents)
    assert found.descendants == ()
    whence = diamond.lineage(made)
    assert whence.step.process.label == "left"
    assert [step.workspaces[0].label for step in whence.ancestors] == ["scans"]
    assert [step.process.label for step in whence.descendants] == ["bottom"]


def test_the_lineage_of_a_workspace_that_nobody_made_is_refused(diamond):
    with pytest.raises(UnknownInProject, match="no process made"):
        diamond.lineage(diamond.new_workspace())
