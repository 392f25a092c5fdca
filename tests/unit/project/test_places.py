"""Where projects are kept."""

import pytest

from flowy.project.places import absolute, database_url

SET = {"FLOWY_PROJECTS": "sqlite:////set.db"}


@pytest.mark.parametrize(
    ("host", "url", "chosen"),
    [
        (None, "sqlite:///given.db", "sqlite:///given.db"),
        ("postgresql://me@there/lab", None, "postgresql://me@there/lab"),
        ("localhost", None, "sqlite:////set.db"),
        ("mongodb://localhost", None, "sqlite:////set.db"),
        (None, None, "sqlite:////set.db"),
    ],
)
def test_the_argument_wins_then_the_host_if_it_is_a_url_then_the_environment(host, url, chosen):
    assert database_url(SET, host, url) == chosen


def test_the_default_is_this_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert database_url({}, None, None) == f"sqlite:///{tmp_path}/.flowy/projects.db"
    assert (tmp_path / ".flowy").is_dir()


def test_a_relative_file_means_the_same_in_the_scripts_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert (
        absolute("sqlite:///p.db?synchronous=off") == f"sqlite:///{tmp_path}/p.db?synchronous=off"
    )
    for other in ("sqlite://", "sqlite:////a.db", "postgresql://me@there/lab"):
        assert absolute(other) == other
