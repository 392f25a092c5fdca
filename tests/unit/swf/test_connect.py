"""An address or a client says where the SWF is."""

from types import SimpleNamespace

import boto3
import pytest

from flowy.errors import DefinitionError
from flowy.swf.client import Boto3Client
from flowy.swf.connect import ADDRESSES, as_client, connect
from flowy.swf.http import HttpClient


@pytest.fixture
def region(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


@pytest.mark.parametrize("address", ["http://localhost:8080", "https://swf.example.com"])
def test_an_http_address_is_a_service_over_http(address):
    assert isinstance(connect(address), HttpClient)


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    ("address", "expected"), [("aws://", "eu-central-1"), ("aws://eu-west-1", "eu-west-1")]
)
def test_an_aws_address_is_amazon_in_that_region(address, expected):
    client = connect(address)
    assert isinstance(client, Boto3Client)
    assert client._client.meta.region_name == expected
    client.close()


@pytest.mark.parametrize(
    "address", ["", "flowy.db", "redis://x", "mysql://host/db", "sqlite", "http//x", "://"]
)
def test_an_unknown_address_lists_the_known_ones(address):
    with pytest.raises(DefinitionError) as caught:
        connect(address)
    assert repr(address) in str(caught.value)
    assert all(known in str(caught.value) for known in ADDRESSES)


def test_an_http_address_without_a_host_is_refused():
    with pytest.raises(DefinitionError, match="give http://HOST:PORT"):
        connect("http://")


def test_a_port_that_is_no_number_is_refused():
    with pytest.raises(DefinitionError, match="give http://HOST:PORT"):
        connect("http://host:port")


def test_the_environment_names_the_swf_in_order(region):
    flowy = as_client(None, {"FLOWY_ENDPOINT": "http://a:1", "AWS_ENDPOINT_URL_SWF": "http://b:2"})
    assert isinstance(flowy, HttpClient)
    assert flowy._endpoint == "http://a:1"
    sdk = as_client(None, {"FLOWY_ENDPOINT": "", "AWS_ENDPOINT_URL_SWF": "http://b:2"})
    assert sdk._endpoint == "http://b:2"
    aws = as_client(None, {})
    assert isinstance(aws, Boto3Client)
    aws.close()


def test_a_client_passes_through():
    client = HttpClient("http://localhost:1")
    assert as_client(client) is client


def test_a_boto3_client_is_wrapped():
    boto3_client = boto3.client("swf", region_name="us-east-1")
    client = as_client(boto3_client)
    assert isinstance(client, Boto3Client)
    client.close()


def test_a_boto3_client_of_another_service_is_named():
    sqs = boto3.client("sqs", region_name="us-east-1")
    with pytest.raises(TypeError, match="not a boto3 client of sqs"):
        as_client(sqs)
    sqs.close()


@pytest.mark.parametrize("layer1", [5, "http://localhost", object(), SimpleNamespace(call=1)])
def test_anything_else_is_a_type_error_that_says_what_is_taken(layer1):
    with pytest.raises(TypeError, match=r"SwfClient .* or a boto3 client of SWF, not a "):
        as_client(layer1)
