"""The front with keys and certificates, as AWS SDKs and Flowy's own client meet it."""

import datetime as dt
import ipaddress
import ssl
import urllib.request
from contextlib import closing

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from prometheus_client.parser import text_string_to_metric_families

from flowy.errors import DefinitionError, FlowyError, ServiceUnavailable
from flowy.protocol.faults import (
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from flowy.protocol.requests.domains import ListDomains, RegisterDomain
from flowy.service.http.serve import HttpOptions, HttpServer
from flowy.service.http.signatures import read_keys
from flowy.service.server import Service
from flowy.swf.connect import connect

ACCESS, SECRET = "AKIDWORKERS", "a/secret+key"
KEYS = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
LIST = ListDomains(registration_status="REGISTERED")


@pytest.fixture(scope="module")
def service():
    with Service() as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    alternatives = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(private)
    (folder / "both.pem").write_bytes(private + made.public_bytes(pem))
    return folder


@pytest.fixture(scope="module")
def address(service):
    server = HttpServer(service, HttpOptions(keys={ACCESS: SECRET, "AKIDOTHER": "b"}))
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def tls(service, certificate):
    options = HttpOptions(
        certificate=str(certificate / "cert.pem"), key=str(certificate / "key.pem")
    )
    server = HttpServer(service, options)
    yield server.start()
    server.stop()


def sdk(address, access=ACCESS, secret=SECRET, **options):
    return boto3.client(
        "swf",
        region_name="eu-west-3",
        endpoint_url=address,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
        **options,
    )


def test_an_sdk_with_a_known_key_is_served(address):
    with closing(sdk(address)) as client:
        client.register_domain(name="sdk", workflowExecutionRetentionPeriodInDays="1")
        assert client.describe_domain(name="sdk")["domainInfo"]["name"] == "sdk"


@pytest.mark.parametrize(
    ("access", "secret", "code"),
    [
        ("AKIDNOBODY", SECRET, "UnrecognizedClientException"),
        (ACCESS, "guessed", "InvalidSignatureException"),
        (ACCESS, "b", "InvalidSignatureException"),
    ],
)
def test_an_sdk_with_another_key_is_told_why(address, access, secret, code):
    with closing(sdk(address, access, secret)) as client, pytest.raises(ClientError) as caught:
        client.list_domains(registrationStatus="REGISTERED")
    assert caught.value.response["Error"]["Code"] == code


def test_our_client_signs_with_the_keys_of_the_environment(address):
    with closing(connect(address, KEYS)) as client:
        client.call(RegisterDomain(name="ours", workflow_execution_retention_period_in_days="1"))
        assert "ours" in {info.name for info in client.call(LIST).domain_infos}


def test_our_client_signs_with_the_keys_of_the_address(address):
    named = address.replace("://", f"://{ACCESS}:{SECRET.replace('/', '%2F')}@")
    with closing(connect(named, {})) as client:
        client.call(LIST)


@pytest.mark.parametrize(
    ("environment", "refusal"),
    [
        ({}, MissingAuthenticationTokenException),
        ({**KEYS, "AWS_ACCESS_KEY_ID": "AKIDNOBODY"}, UnrecognizedClientException),
        ({**KEYS, "AWS_SECRET_ACCESS_KEY": "guessed"}, InvalidSignatureException),
    ],
)
def test_our_client_without_a_right_key_is_told_why(address, environment, refusal):
    with closing(connect(address, environment)) as client, pytest.raises(refusal):
        client.call(LIST)


def test_the_secret_of_an_address_is_not_shown():
    with (
        closing(connect("http://AKID:hidden@127.0.0.1:1", {})) as client,
        pytest.raises(ServiceUnavailable) as caught,
    ):
        client.call(LIST)
    assert "hidden" not in str(caught.value)
    assert "AKID" in str(caught.value)


@pytest.mark.parametrize("page", ["/health", "/ready", "/metrics"])
def test_reports_need_no_signature(address, page):
    with urllib.request.urlopen(address + page) as answer:
        assert answer.status == 200


def test_an_sdk_that_trusts_the_certificate_is_served(tls, certificate):
    with closing(sdk(tls, verify=str(certificate / "cert.pem"))) as client:
        assert client.list_domains(registrationStatus="DEPRECATED")["domainInfos"] == []


def test_our_client_trusts_the_certificates_of_the_environment(tls, certificate):
    with closing(connect(tls, {"AWS_CA_BUNDLE": str(certificate / "cert.pem")})) as client:
        client.call(LIST)


def test_a_certificate_that_nobody_trusts_is_named(tls):
    with (
        closing(connect(tls, {})) as client,
        pytest.raises(ServiceUnavailable, match="certificate verify failed"),
    ):
        client.call(LIST)


def test_certificates_that_cannot_be_read_are_named():
    with pytest.raises(DefinitionError, match=r"AWS_CA_BUNDLE=/missing\.pem cannot be read"):
        connect("https://localhost:1", {"AWS_CA_BUNDLE": "/missing.pem"})


def test_a_certificate_may_hold_its_key(service, certificate):
    server = HttpServer(service, HttpOptions(certificate=str(certificate / "both.pem")))
    context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    address = server.start()
    with urllib.request.urlopen(f"{address}/ready", context=context) as answer:
        assert answer.read() == b"ready\n"
    server.stop()


def test_a_certificate_without_its_key_is_named(service, certificate):
    path = str(certificate / "cert.pem")
    with pytest.raises(FlowyError, match=f"{path} with the key in {path} cannot be used"):
        HttpServer(service, HttpOptions(certificate=path))


def test_metrics_are_what_prometheus_reads(address):
    with closing(connect(address, KEYS)) as client:
        client.call(LIST)
    unsigned = connect(address, {})
    with closing(unsigned), pytest.raises(MissingAuthenticationTokenException):
        unsigned.call(LIST)
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        families = {f.name: f for f in text_string_to_metric_families(answer.read().decode())}
    outcomes = {
        sample.labels["outcome"]: sample.value
        for sample in families["flowy_requests"].samples
        if sample.labels["operation"] == "ListDomains"
    }
    assert outcomes["ok"] >= 1
    assert outcomes["MissingAuthenticationTokenException"] >= 1
    latencies = [s for s in families["flowy_request_seconds"].samples if s.name.endswith("_count")]
    assert {s.labels["operation"]: s.value for s in latencies}["ListDomains"] >= 2
    assert families["flowy_commits"].samples[0].value >= 1
    assert families["flowy_commands"].samples[0].value >= 1
    assert {s.labels["kind"]: s.value for s in families["flowy_parked_polls"].samples} == {
        "activity": 0,
        "decision": 0,
    }


def test_the_file_of_the_keys_serves_the_sdk_too(tmp_path, service, monkeypatch):
    file = tmp_path / "keys"
    file.write_text(f"[workers]\naws_access_key_id = {ACCESS}\naws_secret_access_key = {SECRET}\n")
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    server = HttpServer(service, HttpOptions(keys=read_keys(file)))
    session = boto3.Session(profile_name="workers", region_name="us-east-1")
    with closing(session.client("swf", endpoint_url=server.start())) as client:
        assert client.list_domains(registrationStatus="DEPRECATED")["domainInfos"] == []
    server.stop()
