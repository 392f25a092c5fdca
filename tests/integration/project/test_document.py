"""Every example of the page about processes."""

import pytest

from flowy.errors import UnknownInProject


@pytest.fixture
def project(home, script):
    script(
        "import",
        "process.get_workspace('data').open_file('n', 'w').write('1')\n"
        "process.completed(status=True, message='imported')",
    )
    script("count", "process.completed()", depends_on=["import"])
    home.run_script("import", {"path": "scans"})
    return home


def test_the_list_of_processes_has_the_newest_first(project):
    listed = project.list_processes()
    assert [process.id for process in listed] == [2, 1]
    assert "import" in str(listed)
    assert "pending" in str(listed)


def test_a_process_is_retrieved_by_its_number_or_its_digits(project):
    process_id = 1
    process = project.get_process(process_id)
    assert process.id == 1
    assert project.get_process("1") == process


def test_an_unknown_process_is_refused_at_once(project):
    with pytest.raises(UnknownInProject, match="unknown process 77"):
        project.get_process(77)
    with pytest.raises(UnknownInProject, match="unknown process 'first'"):
        project.get_process("first")


def test_the_parent_process_is_an_attribute(project):
    process = project.get_process(2)
    assert process.parent_process == project.get_process(1)
    assert process.parent_process.parent_process is None
    assert process.root == process.parent_process
    assert process.root.root == process.root


def test_data_and_arguments_are_attributes(project):
    process = project.get_process(1)
    assert process.arguments == {"path": "scans"}
    assert process.params == process.arguments
    assert process.data == {
        "id": 1,
        "label": "import",
        "script": "import",
        "params": {"path": "scans"},
        "metadata": {},
        "parent": None,
        "root": 1,
        "workspaces": {},
        "status": "pending",
        "message": "",
        "started": -1,
        "duration": -1,
        "priority": 3,
        "lock": False,
    }


def test_a_process_is_controlled_by_its_verbs(project, drain):
    process = project.get_process(1)
    process.kill()
    assert (process.status, process.message) == ("Failure", "Killed")
    process.queue()
    assert (process.status, process.message) == ("pending", "[Killed]")
    process.completed(status=True, message="by hand")
    assert (process.status, process.message) == ("Success", "by hand")
    process.start()
    assert process.status == "processing"
    drain()
    assert (process.status, process.message) == ("Success", "imported")


def test_the_job_monitor_runs_the_queue(project, drain):
    drain(cores=1)
    assert [process.status for process in project.list_processes()] == ["Success", "Success"]


def test_a_workspace_is_created_or_retrieved_by_its_label(project):
    process = project.get_process(1)
    label = "results"
    workspace = process.get_workspace(label)
    assert workspace.list() == []
    assert process.get_workspace(label).id == workspace.id
    assert process.data["workspaces"] == {"results": workspace.id}
    assert workspace.data["process"] == process.id
    assert process.get_workspace("other", create=False) is None
