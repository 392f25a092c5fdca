"""The image example against another service: moto's server, through boto3, over real HTTP."""

import boto3
import pytest
from moto.server import ThreadedMotoServer
from rich.console import Console

from examples.images import demo
from examples.images.serve import served
from flowy.swf.client import Boto3Client


@pytest.fixture
def client():
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Boto3Client(
        boto3.client(
            "swf",
            region_name="us-east-1",
            endpoint_url=f"http://{host}:{port}",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
    )
    server.stop()


def test_same_workflow_and_activities_run_on_another_service(client, tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGES_WORK", str(tmp_path))
    with served() as address:
        monkeypatch.setenv("IMAGES_URL", address)
        with demo.working(client):
            demo.start_missing(client)
            rows = demo.watch(client, Console(quiet=True))
    assert [row.photo for row in rows] == demo.photos()
    for row in rows:
        assert (row.status, row.activities) == ("COMPLETED", 3)
        assert (tmp_path / row.folder / row.photo).exists()
