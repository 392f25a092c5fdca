"""Databases to run against: SQLite and PostgreSQL."""

import sys

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("empty_postgresql_url")
    return f"sqlite:///{tmp_path / 'machine.db'}"


@pytest.fixture(scope="session")
def python():
    return sys.executable
