"""Errors are known as ``flowy.errors.NAME``, wherever they stand: histories and pickles say so."""

import pickle
import re

import pytest

from flowy import errors
from flowy.transport.registered import full_name


@pytest.mark.parametrize("name", errors.__all__)
def test_an_error_has_the_name_by_which_histories_and_pickles_know_it(name):
    cls = getattr(errors, name)
    assert full_name(cls) == f"flowy.errors.{name}"
    assert pickle.loads(f"cflowy.errors\n{name}\n.".encode()) is cls
    assert pickle.loads(pickle.dumps(cls)) is cls


def test_the_tree_shows_every_error():
    shown = set(re.findall(r"\w+", errors.__doc__))
    assert set(errors.__all__) - {"FailedTask"} <= shown


def test_an_error_of_before_is_unpickled_with_all_that_it_holds():
    written = pickle.dumps(errors.TaskTimedout("late", "row 9", "HEARTBEAT"), protocol=2)
    assert b"flowy.errors" in written
    assert b"flowy.errors." not in written
    error = pickle.loads(written)
    assert (error.reason, error.details, error.timeout_type) == ("late", "row 9", "HEARTBEAT")
