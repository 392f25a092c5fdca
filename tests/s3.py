"""An S3 of its own for a test session, spoken to by real boto3 and s3fs."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from flowy.volume.filesystem import FsspecStorage

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
REGION = "eu-west-1"


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve S3 over HTTP inside the block and give its address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def s3_client(endpoint: str) -> Any:
    """Return a boto3 client of it."""
    return boto3.client("s3", endpoint_url=endpoint, region_name=REGION, **KEYS)


def s3_volume(endpoint: str, folder: str = "folder") -> FsspecStorage:
    """Return a volume in a new bucket."""
    bucket = f"flowy-{uuid.uuid4().hex}"
    s3_client(endpoint).create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    options = {
        "key": KEYS["aws_access_key_id"],
        "secret": KEYS["aws_secret_access_key"],
        "client_kwargs": {"endpoint_url": endpoint, "region_name": REGION},
        # One file system a test: a listing that another one remembers is no help.
        "skip_instance_cache": True,
    }
    return FsspecStorage(f"s3://{bucket}/{folder}", "s3", options)
