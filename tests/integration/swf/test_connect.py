"""A sqlite address runs the service in this process until its client is closed."""

import threading

import pytest

from flowy.errors import DatabaseError
from flowy.protocol.requests.domains import ListDomains, RegisterDomain
from flowy.swf.connect import connect

LIST = ListDomains(registration_status="REGISTERED")
REGISTER = RegisterDomain(name="kept", workflow_execution_retention_period_in_days="1")


def test_a_file_keeps_what_was_done_and_closing_leaves_no_thread(tmp_path):
    before = set(threading.enumerate())
    address = f"sqlite:///{tmp_path / 'flowy.db'}"
    client = connect(address)
    client.call(REGISTER)
    client.close()
    assert set(threading.enumerate()) <= before
    client = connect(address)
    assert [info.name for info in client.call(LIST).domain_infos] == ["kept"]
    client.close()


def test_a_database_in_memory_is_each_clients_own():
    one, other = connect("sqlite://"), connect("sqlite://")
    one.call(REGISTER)
    assert other.call(LIST).domain_infos == ()
    one.close()
    other.close()


def test_a_path_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(DatabaseError, match="nowhere"):
        connect(f"sqlite:///{tmp_path / 'nowhere' / 'flowy.db'}")
