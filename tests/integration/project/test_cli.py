"""`flowy project` and `flowy monitor`."""

import json

import pytest
from click.testing import CliRunner

from flowy.cli.main import main


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path}/projects.db?synchronous=off"


@pytest.fixture
def run():
    """Run a command and return what it printed."""

    def run(*words, status=0):
        result = CliRunner().invoke(main, list(map(str, words)))
        assert result.exit_code == status, result.output
        return result.output

    return run


@pytest.fixture
def lab(importable, run, write, tmp_path):
    text = (
        "import flowy.project as wm\nif __name__ == '__main__':\n    p = wm.get_project_process()\n"
    )
    count = write(
        "count", text + "    p.get_workspace('out')\n    print(p.arguments)\n    p.completed()"
    )
    after = write("after", "depends_on = ['count']\n" + text + "    p.completed(False, 'no')")
    run("project", "create", "lab", tmp_path / "lab")
    run("project", "import", "lab", count, after)


def test_a_project_is_run_from_the_command_line(lab, run):
    data = json.loads(run("project", "run", "lab", "count", "n=1", "who=me", "--wait", "--json"))
    assert (data["status"], data["params"]) == ("Success", {"n": 1, "who": "me"})
    tree = run("project", "tree", "lab").splitlines()
    assert [line.split()[:3] for line in tree] == [
        ["1", "count", "Success"],
        ["2", "after", "Failure"],
    ]
    assert tree[1].startswith("    ")
    assert run("project", "tree", "lab", 2) == "\n".join(tree) + "\n"
    listed = json.loads(run("project", "list", "lab", "--json"))
    assert [each["id"] for each in listed] == [2, 1]
    assert "after" not in run("project", "list", "lab", "--label", "count")
    assert run("project", "list", "lab", "--status", "pending") == ""
    assert "{'n': 1, 'who': 'me'}" in run("project", "log", "lab", 1)
    assert json.loads(run("project", "log", "lab", 1, "--lines", 1, "--json")) == [
        "{'n': 1, 'who': 'me'}"
    ]
    assert "Failure" in run("project", "log", "lab", 2, "--history")
    assert run("project", "lineage", "lab", 2).splitlines()[0].startswith("from")
    found = json.loads(run("project", "lineage", "lab", 1, "--workspace", "--json"))
    assert found["process"]["workspaces"][0]["label"] == "out"
    assert run("project", "list").startswith("lab ")


def test_the_monitor_drains_the_queue(lab, run):
    assert run("project", "run", "lab", "count") == "1\n"
    run("monitor", "lab", "--drain", "--sleep", 0.1, "--cores", 2, "--lease", 5)
    run("project", "queue", "lab", 1, "--no-propagate")
    run("monitor", "lab", "--minutes", 0)
    statuses = [each["status"] for each in json.loads(run("project", "list", "lab", "--json"))]
    assert statuses == ["Failure", "pending"]


def test_processes_are_killed_by_number_by_tree_and_all(lab, run):
    for _ in range(4):
        run("project", "run", "lab", "count")
    run("project", "kill", "lab", 1)
    run("project", "kill", "lab", 3, "--tree")
    run("project", "kill", "lab", "--all")
    assert "pending" not in run("project", "list", "lab")
    assert "give the numbers" in run("project", "kill", "lab", status=2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("list", "nobody"), "unknown project 'nobody'"),
        (("run", "lab", "nothing"), "there is no script 'nothing'"),
        (("log", "lab", 9), "unknown process 9"),
        (("lineage", "lab", 9), "unknown process 9"),
        (("create", "lab", "other"), "a project 'lab' already"),
    ],
)
def test_what_is_refused_is_one_line(lab, run, words, says, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    printed = run("project", *words, status=1)
    assert says in printed
    assert len(printed.splitlines()) == 1


def test_every_command_speaks_json_and_lists_come_in_pages(importable, run, write, tmp_path):
    made = json.loads(run("project", "create", "lab", tmp_path / "lab", "--json"))
    assert made == {"name": "lab", "root_dir": str(tmp_path / "lab")}
    (taken,) = json.loads(run("project", "import", "lab", write("count"), "--json"))
    assert (taken["label"], taken["filename"]) == ("count", "count.py")
    for _ in range(3):
        run("project", "run", "lab", "count")
    (killed,) = json.loads(run("project", "kill", "lab", 3, "--json"))
    assert (killed["id"], killed["message"]) == (3, "Killed")
    assert json.loads(run("project", "queue", "lab", 3, "--json"))["status"] == "pending"
    pages, before = [], []
    while page := json.loads(run("project", "list", "lab", "--limit", 2, "--json", *before)):
        pages.append([each["id"] for each in page])
        before = ["--before", page[-1]["id"]]
    assert pages == [[3, 2], [1]]
    by_both = run("project", "list", "lab", "--label", "count", "--status", "pending", "--json")
    assert [each["id"] for each in json.loads(by_both)] == [3, 2, 1]
    swept = json.loads(run("project", "sweep", "lab", "--json"))
    assert swept == {"finished": [], "strays": [], "missing": []}
    assert run("project", "sweep", "lab") == "0 finished, 0 strays deleted\n"


def test_arguments_need_a_key(lab, run):
    assert "'n' is no KEY=VALUE" in run("project", "run", "lab", "count", "n", status=2)
    assert "--label is for one file" in run(
        "project", "import", "lab", "a.py", "b.py", "--label", "x", status=2
    )
