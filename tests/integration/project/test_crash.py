"""A process is killed between files and rows of a project: the sweeper mends what it left."""

import shutil
from pathlib import Path

import pytest

from flowy.project import Project
from flowy.project.sweeping import Swept
from tests.integration.project import fighters

STEPS = {
    "make_workspace": ["workspace noted", "workspace folder made", "workspace ready"],
    "delete_workspace": ["workspace row deleted", "workspace folder deleted"],
    "import_script": [
        "script noted",
        "script declared",
        "script copied table.csv",
        "script copied taken.py",
        "script ready",
    ],
    "delete_script": ["script row deleted", "script folder deleted"],
    "delete_process": [
        "workspace row deleted",
        "process rows deleted",
        "process folder deleted",
    ],
    "make_version": ["version copied", "old version aside"],
}


@pytest.fixture
def lab(home, write, database_url):
    """A project with a script, a process with a log and a workspace, and a file to import."""
    source = write("kept", "script_id = 'kept'").parent
    write("taken", "script_id = 'taken'\nfiles = ['table.csv']\n")
    (source / "table.csv").write_text("1")
    home.import_script(source / "kept.py")
    process = home.run_script("kept")
    with process.get_workspace("old").open_file("a.txt", "w") as file:
        file.write("old")
    process.get_workspace("old").create_version("final")
    (home.root / "processes" / "1").mkdir()
    return home, source


def killed(url, what, at, source):
    child = fighters.CONTEXT.Process(target=fighters.work, args=(url, what, at, str(source)))
    child.start()
    child.join(60)
    assert child.exitcode == -9


def disagreements(project):
    """Return what has a row and no folder, or a folder and no row."""
    with Project("lab", url=project.url) as fresh:
        rows = {
            *(f"workspaces/{each.id:06d}" for each in fresh.workspaces()),
            *(f"scripts/{each.id:04d}" for each in fresh.scripts()),
        }
        whole = all(Path(each.path).exists() for each in fresh.scripts())
        processes = {f"processes/{each.id}" for each in fresh.list_processes()}
    folders = {
        path.relative_to(project.root).as_posix()
        for parent in ("scripts", "processes", "workspaces")
        for path in (project.root / parent).iterdir()
    } - {"workspaces/versions"}
    logs = {folder for folder in folders if folder.startswith("processes/")}
    return ((folders - logs) ^ rows) | (logs - processes) | (set() if whole else {"files"})


@pytest.mark.parametrize(
    ("what", "at"), [(what, at) for what, steps in STEPS.items() for at in steps]
)
def test_the_sweeper_mends_what_a_killed_process_has_left(lab, what, at):
    home, source = lab
    killed(home.url, what, at, source)
    with Project("lab", url=home.url) as project:
        project.sweep()
        assert disagreements(project) == set()
        assert project.sweep() == Swept()


@pytest.mark.parametrize("at", STEPS["make_version"])
def test_a_version_is_the_old_one_or_the_new_one_whole(lab, at):
    home, source = lab
    workspace = home.workspace(1)
    with workspace.open_file("a.txt", "w") as file:
        file.write("new")
    killed(home.url, "make_version", at, source)
    home.sweep()
    (label,) = workspace.versions()
    text = (workspace.folder.parent / "versions" / "000001" / label / "a.txt").read_text()
    assert text == ("old" if at == "version copied" else "new")


def test_a_script_that_was_being_imported_is_finished_or_deleted(lab):
    home, source = lab
    killed(home.url, "import_script", "script copied table.csv", source)
    assert home.sweep().finished == ["script 2"]
    assert Path(home.script("taken").directory, "taken.py").exists()
    home.delete_script("taken")
    killed(home.url, "import_script", "script declared", source)
    (source / "table.csv").unlink()
    home.sweep()
    assert [each.label for each in home.scripts()] == ["kept"]


def test_a_killed_sweeper_harms_nothing(lab):
    home, source = lab
    killed(home.url, "make_workspace", "workspace noted", source)
    killed(home.url, "sweep", "folder swept", source)
    assert home.sweep() == Swept()
    assert disagreements(home) == set()


def test_the_sweeper_leaves_those_alone_who_live(lab):
    home, source = lab
    seen = []
    with Project("lab", url=home.url) as other:

        def step(name):
            if name in ("workspace noted", "script copied table.csv"):
                seen.append(other.sweep())

        with Project("lab", url=home.url, step=step) as project:
            project.process(1).get_workspace("made")
            project.import_script(source / "taken.py")
    assert seen == [Swept(), Swept()]
    assert disagreements(home) == set()


def test_who_finds_a_workspace_that_is_being_made_can_use_it(lab):
    home, source = lab
    killed(home.url, "make_workspace", "workspace noted", source)
    with home.process(1).get_workspace("made").open_file("b.txt", "w") as file:
        file.write("b")
    home.sweep()
    assert home.process(1).get_workspace("made").list() == ["b.txt"]


def test_what_has_gone_is_named_and_what_has_no_number_stays(lab):
    home, _ = lab
    shutil.rmtree(home.workspace(1).folder)
    Path(home.script("kept").path).unlink()
    (home.root / "workspaces" / "notes").mkdir()
    (home.root / "workspaces" / "000099").mkdir()
    found = home.sweep()
    assert (found.missing, found.strays) == (["script 1", "workspace 1"], ["workspaces/000099"])
    assert (home.root / "workspaces" / "notes").exists()


def test_a_number_that_is_used_again_begins_with_an_empty_folder(lab):
    home, _ = lab
    home.new_workspace()
    fresh = home.root / "workspaces" / "000003"
    fresh.mkdir()
    (fresh / "stale.txt").write_text("left by a killed process")
    home.trim_workspace_index()
    assert home.new_workspace().list() == []
