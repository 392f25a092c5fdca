"""Scripts: declared in their file, imported, changed, and what depends on what."""

from pathlib import Path

import pytest

from flowy.errors import AlreadyInProject, DefinitionError, ProjectError, UnknownInProject
from tests.integration.project.conftest import states


def test_a_file_says_about_itself_what_it_needs(home, write):
    write("tool", "x = 1")
    path = write(
        "fit",
        """
        script_id = "fitting"
        run_program = "python3"
        run_script = "fit.py"
        files = ["tool.py"]
        cores = 2
        time_limit = 4
        """,
    )
    script = home.import_script(path)
    data = script.data
    assert (script.label, data["program"], data["filename"]) == ("fitting", "python3", "fit.py")
    assert (script.cores, data["timelimit"]) == (2, 4)
    assert Path(script.directory).name == "0001"
    assert sorted(each.name for each in Path(script.directory).iterdir()) == ["fit.py", "tool.py"]
    assert script.path == str(Path(script.directory) / "fit.py")


def test_without_a_declaration_the_files_name_is_the_label(home, write):
    script = home.import_script(write("plain"))
    data = script.data
    assert (script.label, data["program"], data["timelimit"], data["cores"]) == (
        "plain",
        None,
        -1,
        1,
    )
    assert home.import_script(write("plain"), script_id="other").label == "other"


def test_importing_again_takes_the_files_as_they_are_now(home, write):
    home.import_script(write("plain", "cores = 1"))
    script = home.import_script(write("plain", "cores = 3"))
    assert (script.id, script.cores, len(home.scripts())) == (1, 3, 1)
    write("plain", "cores = 4")
    script.update_from_source()
    assert script.cores == 4
    assert "cores = 4" in Path(script.path).read_text()


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("files = ['gone.py']", UnknownInProject, "gone.py"),
        ("depends_on = ['nobody']", UnknownInProject, "there is no script 'nobody'"),
        ("cores = 'two'", DefinitionError, "cores must be of"),
        ("depends_on = 'first'", DefinitionError, "depends_on must be a list"),
        ("1 / 0", ZeroDivisionError, "division"),
    ],
)
def test_a_file_that_cannot_be_imported_leaves_no_script(home, write, text, error, match):
    with pytest.raises(error, match=match):
        home.import_script(write("bad", text))
    assert home.scripts() == []


def test_a_missing_file_is_named(home, tmp_path):
    with pytest.raises(UnknownInProject, match=r"nowhere\.py"):
        home.import_script(tmp_path / "nowhere.py")


def test_scripts_are_unique_and_unknown_ones_refused(chain):
    with pytest.raises(AlreadyInProject, match="'first'"):
        chain.new_script("first")
    with pytest.raises(UnknownInProject, match=r"no script 'fourth'.*'first', 'second', 'third'"):
        chain.script("fourth")


def test_dependencies_are_said_once_and_have_no_circles(chain):
    chain.script("second").add_dependency("first")
    assert chain.script("second").data["dependent_on"] == ["first"]
    assert chain.script("first").data["dependents"] == ["second"]
    with pytest.raises(DefinitionError, match="for ever"):
        chain.script("first").add_dependency("third")
    with pytest.raises(DefinitionError, match="for ever"):
        chain.script("first").add_dependency("first")


def test_a_new_script_gets_children_of_the_processes_that_there_are(home, write, chain):
    done, going = chain.run_script("first"), chain.run_script("first")
    done.completed()
    home.import_script(write("late", "depends_on = ['first']"))
    assert states(home)[-2:] == [("late", "pending"), ("late", "waiting")]
    assert home.processes("late")[0].parent == going


def test_importing_can_rerun_the_processes(home, write):
    home.import_script(write("plain"))
    home.run_script("plain").completed()
    home.import_script(write("plain"), rerun_processes=True)
    assert home.process(1).status == "pending"


def test_init_sees_a_process_before_it_is_queued(home, write):
    home.import_script(
        write(
            "prepared",
            """
            def init(process):
                process.set_param("seen", process.status)
                return process
            """,
        )
    )
    process = home.run_script("prepared")
    assert (process.arguments, process.status) == ({"seen": "waiting"}, "pending")


def test_an_init_that_fails_leaves_no_process(home, write):
    home.import_script(write("broken", "def init(process):\n    raise ValueError('no')"))
    with pytest.raises(ValueError, match="no"):
        home.run_script("broken")
    assert home.list_processes() == []


def test_a_child_made_at_the_end_of_its_parent_sees_init_first(home, write, chain):
    process = chain.run_script("first")
    home.import_script(
        write("late", "depends_on = ['first']\ndef init(p): p.set_param('seen', p.status)")
    )
    home.delete_process(4)
    process.completed()
    late = home.processes("late")[0]
    assert (late.arguments, late.status) == ({"seen": "waiting"}, "pending")


def test_a_childs_init_that_fails_fails_the_child(home, write, chain):
    process = chain.run_script("first")
    process.completed()
    home.import_script(write("late", "depends_on = ['first']\ndef init(p): raise ValueError('no')"))
    late = home.processes("late")[0]
    assert (late.status, late.message) == ("Failure", "init failed: ValueError: no")


def test_setters_change_the_record(chain):
    script = chain.script("first")
    script.set_program("python9")
    script.set_script("other.py")
    script.set_time_limit(7)
    script.set_cores_required(3)
    script.set_hold_state(True)
    script.set_data("timelimit", 8)
    script.set_data("note", "x")
    script.add_source("one.py")
    data = script.data
    assert (data["program"], data["filename"], data["timelimit"]) == ("python9", "other.py", 8)
    assert (data["cores"], script.on_hold, data["note"]) == (3, True, "x")
    assert data["sources"] == [{"path": "one.py", "update_mode": "copy"}]
    script.clear_sources()
    assert not script.has_source("one.py")


def test_what_cannot_be_set_is_refused(chain):
    script = chain.script("first")
    with pytest.raises(ProjectError, match="'id'"):
        script.set_data("id", 9)
    with pytest.raises(DefinitionError, match="update mode 'link'"):
        script.add_source("one.py", update_mode="link")
    with pytest.raises(DefinitionError, match="cannot take -1 cores"):
        script.set_cores_required(-1)
    with pytest.raises(ProjectError, match="no sources"):
        script.update_from_source()


def test_a_deleted_script_is_gone_with_its_files_and_fails_what_is_queued(chain, drain):
    chain.run_script("third")
    folder = Path(chain.script("third").directory)
    chain.delete_script("third")
    assert not folder.exists()
    assert chain.script("second").data["dependents"] == []
    drain()
    assert chain.process(1).message == "Script deleted"
