"""Workspaces: files go in whole or not at all, and nothing gets out."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from flowy.errors import AlreadyInProject, InvalidKeyError, ProjectError, UnknownInProject
from flowy.project import ZipLimits


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path}/projects.db?synchronous=off"


@pytest.fixture
def workspace(home):
    return home.new_workspace("scans")


@pytest.fixture
def source(home):
    folder = home.root / "source"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b.txt").write_text("b")
    return folder


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_workspace_is_a_numbered_folder_with_a_record(home, workspace):
    assert workspace.path() == str(home.root / "workspaces" / "000001")
    data = workspace.data
    assert (data["id"], data["status"], data["label"]) == (1, "active", "scans")
    assert (data["path"], data["process"]) == ("workspaces/000001", None)
    assert data["created"] > 0
    assert home.workspace("1").data == data
    assert os.fspath(workspace) == workspace.path()


def test_files_are_opened_and_listed(workspace):
    with workspace.open_file("notes.txt", "w") as file:
        file.write("x")
    with workspace.open_file("notes.txt") as file:
        assert file.read() == "x"
    assert workspace.list() == ["notes.txt"]
    assert workspace.path("a", "b.txt") == f"{workspace.path()}/a/b.txt"


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/../../x", "/etc/passwd", "a\0b", "x" * 10_000, "a\\b"]
)
def test_no_path_leads_out(workspace, name):
    with pytest.raises(InvalidKeyError):
        workspace.path(name)
    with pytest.raises(InvalidKeyError):
        workspace.open_file(name, "w")


def test_no_link_leads_out(workspace, source):
    Path(workspace.path("out")).symlink_to(source)
    with pytest.raises(InvalidKeyError, match=r"leaves .* by a link"):
        workspace.open_file("out/a.txt")


@pytest.mark.parametrize("name", ["übung.txt", "資料/データ.csv", "a b.txt"])
def test_names_of_all_alphabets_are_fine(workspace, source, name):
    assert workspace.copy_file("source/a.txt", name) == (True, "")
    assert Path(workspace.path(name)).read_text() == "a"


def test_values_are_noted_in_the_record(home, workspace):
    workspace.add_data({"patient": 7})
    workspace.set_data("status", "archived")
    workspace.append_data("steps", "one")
    workspace.append_data("steps", "two")
    data = home.workspace(1).data
    assert (data["patient"], data["status"], data["steps"]) == (7, "archived", ["one", "two"])
    with pytest.raises(ProjectError, match="cannot be changed"):
        workspace.set_data("path", "/")
    with pytest.raises(ProjectError, match="no list"):
        workspace.append_data("patient", 1)


def test_files_and_folders_are_copied_from_the_projects_folder(workspace, source):
    assert workspace.copy_file("source/a.txt") == (True, "")
    assert workspace.copy_file(source / "a.txt", "deep/c.txt") == (True, "")
    assert workspace.copy_file("source/deep") == (True, "")
    assert workspace.list() == ["a.txt", "deep"]
    assert sorted(each.name for each in Path(workspace.path("deep")).iterdir()) == [
        "b.txt",
        "c.txt",
    ]


@pytest.mark.parametrize("paths", ["source", "source/*", ["source/a.txt", "source/deep"]])
def test_several_files_are_copied(workspace, source, paths):
    assert workspace.copy_files(paths) == (True, "")
    assert workspace.list() == ["a.txt", "deep"]


def test_what_cannot_be_copied_is_an_answer_and_leaves_nothing(home, workspace, source):
    done, reason = workspace.copy_file("source/gone.txt")
    assert (done, "gone.txt" in reason) == (False, True)
    assert workspace.copy_file("source/a.txt", "../out.txt")[0] is False
    assert workspace.copy_files("source/*.png") == (False, "there is nothing at source/*.png")
    assert workspace.list() == []
    assert [each.name for each in (home.root / "workspaces").iterdir()] == ["000001"]


def test_a_zip_is_unpacked(home, workspace):
    zipped(home.root / "in.zip", {"a.txt": "a", "deep/b.txt": "b", "empty/": ""})
    assert workspace.extract_zipfile("in.zip") == (True, "")
    assert workspace.extract_zip("in.zip") == (True, "")
    assert workspace.list() == ["a.txt", "deep", "empty"]
    assert Path(workspace.path("deep/b.txt")).read_text() == "b"


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/../../out.txt", "..\\out.txt"])
def test_a_zip_that_leads_out_is_not_unpacked_at_all(home, workspace, name):
    zipped(home.root / "in.zip", {"a.txt": "a", name: "out"})
    done, reason = workspace.extract_zip("in.zip")
    assert (done, "was not unpacked" in reason) == (False, True)
    assert workspace.list() == []


def test_a_zip_with_a_link_is_not_unpacked(home, workspace):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(home.root / "in.zip", "w") as archive:
        archive.writestr(link, "/etc")
    assert workspace.extract_zip("in.zip")[1].endswith("its member 'link' is a link")


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        (ZipLimits(files=1), "2 members, and 1 are allowed"),
        (ZipLimits(size=1000), "would be 30,000,001 bytes, and 1,000 are allowed"),
        (ZipLimits(), "more than 200 to 1"),
    ],
)
def test_a_bomb_is_not_unpacked(home, workspace, limits, match):
    zipped(home.root / "in.zip", {"zeros": b"\0" * 30_000_000, "a": "a"})
    done, reason = workspace.extract_zip("in.zip", limits)
    assert (done, match in reason) == (False, True)
    assert workspace.list() == []


def test_a_damaged_or_missing_zip_is_an_answer(home, workspace):
    (home.root / "in.zip").write_bytes(b"PK no zip")
    assert workspace.extract_zip("in.zip") == (False, "File is not a zip file")
    assert workspace.extract_zip("gone.zip")[0] is False
    whole = zipped(home.root / "whole.zip", {"a.txt": "a" * 1000}).read_bytes()
    (home.root / "in.zip").write_bytes(whole[:35] + b"xx" + whole[37:])
    assert workspace.extract_zip("in.zip")[0] is False
    assert workspace.list() == []


def test_versions_are_kept_and_compared(workspace):
    def write(name, text):
        with workspace.open_file(name, "w") as file:
            file.write(text)

    write("same", "1")
    write("changed", "1")
    write("removed", "1")
    workspace.create_version("one")
    write("changed", "2")
    write("added", "1")
    Path(workspace.path("removed")).unlink()
    workspace.create_version("two")
    found = workspace.compare_versions("one", "two")
    assert (found.added, found.removed) == (("added",), ("removed",))
    assert (found.changed, found.same, found.equal) == (("changed",), ("same",), False)
    assert workspace.compare_versions("two").equal
    assert workspace.versions() == ["one", "two"]
    with pytest.raises(AlreadyInProject, match="'one' already"):
        workspace.create_version("one")
    workspace.create_version("one", overwrite=True)
    assert workspace.compare_versions("one", "two").equal
    with pytest.raises(UnknownInProject, match=r"no version 'three'.*'one', 'two'"):
        workspace.compare_versions("three")
    with pytest.raises(InvalidKeyError):
        workspace.create_version("../out")


def test_clearing_and_deleting(home, workspace, source):
    workspace.copy_files("source")
    workspace.create_version("one")
    workspace.clear()
    assert (workspace.list(), workspace.versions()) == ([], ["one"])
    workspace.delete_folder()
    assert (workspace.data["id"], workspace.versions()) == (1, [])
    workspace.delete()
    with pytest.raises(UnknownInProject, match="unknown workspace 1"):
        home.workspace(1)
