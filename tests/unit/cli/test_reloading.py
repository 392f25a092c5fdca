"""Which files belong to the modules that are served."""

import os

import pytest

from flowy.cli.reloading import Changes


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "boutique" / "inner").mkdir(parents=True)
    for name in ("boutique/__init__.py", "boutique/inner/__init__.py", "boutique/inner/more.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "kiosk.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("module", "file", "is_seen"),
    [
        ("boutique.inner", "boutique/inner/more.py", True),
        ("boutique.inner", "boutique/new.py", True),
        ("boutique", "kiosk.py", False),
        ("kiosk", "kiosk.py", True),
        ("kiosk", "beside.py", True),
        ("kiosk", "notes.txt", False),
    ],
)
def test_a_package_is_watched_as_a_whole_and_a_module_with_its_neighbours(
    folder, module, file, is_seen
):
    changes = Changes([module])
    assert not changes.changed()
    path = folder / file
    path.write_text("changed = True")
    os.utime(path, ns=(1, 1))
    assert changes.changed() is is_seen
    assert not changes.changed()


def test_a_file_that_is_gone_is_a_change(folder):
    changes = Changes(["kiosk"])
    (folder / "kiosk.py").unlink()
    assert changes.changed()
