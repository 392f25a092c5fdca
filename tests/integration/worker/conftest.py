"""A service in memory behind HTTP, and a client of it."""

import pytest

from flowy.service.http.serve import HttpServer
from flowy.service.server import Service
from flowy.swf.http import HttpClient


@pytest.fixture
def address():
    with Service("sqlite://") as service:
        front = HttpServer(service)
        yield front.start()
        front.stop()


@pytest.fixture
def client(address):
    client = HttpClient(address)
    yield client
    client.close()
