"""Requests that are not signed as they should be are refused in the words of AWS."""

import pytest

from flowy.clock import ManualClock
from flowy.errors import FlowyError
from flowy.protocol.faults import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from flowy.service.http.signatures import SKEW, Gate, HttpRequest, read_keys
from flowy.swf.signing import Credentials, Signer

KEYS = {"AKID": "secret", "OTHER": "another"}
NOW = 1_700_000_000.0
HEADERS = {"Host": "swf", "X-Amz-Target": "SimpleWorkflowService.ListDomains"}
BODY = b'{"registrationStatus":"REGISTERED"}'


@pytest.fixture
def gate():
    return Gate(KEYS, ManualClock(NOW))


def request(access="AKID", secret="secret", at=NOW, region="us-east-1", body=BODY, **changes):
    signer = Signer(
        Credentials(access_key=access, secret_key=secret), region, clock=ManualClock(at)
    )
    headers = {**HEADERS, **signer(HEADERS, BODY)}
    lowered = {name.lower(): value for name, value in headers.items()}
    for name, change in changes.items():
        header = name.replace("_", "-")
        lowered[header] = change(lowered[header])
    return HttpRequest(
        method="POST",
        path="/",
        query="",
        headers=[(name, value) for name, value in lowered.items() if value is not None],
        body=body,
    )


@pytest.mark.parametrize("access", KEYS)
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-3", "anywhere"])
def test_a_request_signed_with_a_known_key_passes_in_any_region(gate, access, region):
    gate.check(request(access, KEYS[access], region=region))


@pytest.mark.parametrize("seconds", [-SKEW, -1, 0, 1, SKEW])
def test_clocks_may_differ_by_five_minutes(gate, seconds):
    gate.check(request(at=NOW + seconds))


def test_an_old_signature_says_by_how_much(gate):
    with pytest.raises(InvalidSignatureException) as caught:
        gate.check(request(at=NOW - SKEW - 1))
    assert caught.value.message == (
        "Signature expired: 20231114T220819Z is now earlier than 20231114T220820Z "
        "(20231114T221320Z - 5 min.)"
    )


def test_a_signature_of_the_future_says_by_how_much(gate):
    with pytest.raises(InvalidSignatureException, match="Signature not yet current: 20231114T2218"):
        gate.check(request(at=NOW + SKEW + 1))


def test_a_request_without_a_signature(gate):
    with pytest.raises(MissingAuthenticationTokenException, match="Missing Authentication Token"):
        gate.check(request(authorization=lambda _: None))


def test_an_unknown_key(gate):
    with pytest.raises(UnrecognizedClientException, match=r"security token .* is invalid"):
        gate.check(request("NOBODY"))


@pytest.mark.parametrize("part", ["Credential", "SignedHeaders", "Signature"])
def test_a_missing_part_is_named(gate, part):
    with pytest.raises(IncompleteSignatureException, match=f"requires '{part}' parameter"):
        gate.check(request(authorization=lambda value: value.replace(f"{part}=", "Nothing=")))


@pytest.mark.parametrize("date", [None, "yesterday", "20231114"])
def test_a_missing_date_is_named(gate, date):
    with pytest.raises(IncompleteSignatureException, match="existence of an 'X-Amz-Date' header"):
        gate.check(request(x_amz_date=lambda _: date))


@pytest.mark.parametrize("value", ["Basic dXNlcjpwYXNz", "AWS4-HMAC-SHA512 Credential=a", "AWS"])
def test_another_kind_of_authorization(gate, value):
    with pytest.raises(IncompleteSignatureException, match="Unsupported AWS 'algorithm'"):
        gate.check(request(authorization=lambda _: value))


def test_a_credential_of_another_form(gate):
    with pytest.raises(IncompleteSignatureException, match="exactly 5 slash-delimited elements"):
        gate.check(request(authorization=lambda value: value.replace("/20231114/", "/")))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("/swf/", "/sqs/", "correct service: 'swf'"),
        ("aws4_request", "aws5_request", "valid terminator: 'aws4_request', not 'aws5_request'"),
        ("/20231114/", "/20231113/", "'20231113' != '20231114', from '20231114T221320Z'"),
    ],
)
def test_a_wrong_scope_is_named(gate, old, new, said):
    with pytest.raises(InvalidSignatureException, match=said):
        gate.check(request(authorization=lambda value: value.replace(old, new)))


def test_a_header_that_must_be_signed_is_named(gate):
    with pytest.raises(InvalidSignatureException, match="'host' must be a 'SignedHeader'"):
        gate.check(request(authorization=lambda value: value.replace("host;", "")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "guessed"},
        {"body": BODY + b" "},
        {"x_amz_target": lambda value: value + "s"},
        {"authorization": lambda value: value.replace("us-east-1", "us-east-2")},
        {"authorization": lambda value: value[:-4] + "ä000"},
    ],
    ids=["secret", "body", "target", "region", "signature"],
)
def test_whatever_was_changed_after_signing_is_refused(gate, wrong):
    with pytest.raises(InvalidSignatureException, match="signature we calculated does not match"):
        gate.check(request(**wrong))


def test_a_mismatch_shows_what_should_have_been_signed(gate):
    with pytest.raises(InvalidSignatureException) as caught:
        gate.check(request(secret="guessed"))
    message = caught.value.message
    assert (
        "The Canonical String for this request should have been\n'POST\n/\n\nhost:swf\n" in message
    )
    assert "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20231114T221320Z\n" in message
    assert "secret" not in message


GOOD = """
[one]
aws_access_key_id = AKID
aws_secret_access_key = a%b=c
[two]
aws_access_key_id = OTHER
aws_secret_access_key = d
"""


def test_keys_are_read_from_a_file_of_aws_credentials(tmp_path):
    (tmp_path / "keys").write_text(GOOD)
    assert read_keys(tmp_path / "keys") == {"AKID": "a%b=c", "OTHER": "d"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there are no keys"),
        ("nonsense", "cannot be read"),
        ("[one]\naws_access_key_id = AKID", "section .one. .* must give"),
        (GOOD.replace("OTHER", "AKID"), "section .two. .* of its own"),
        (GOOD.replace("two", "one"), "cannot be read"),
    ],
)
def test_a_file_that_holds_no_keys_is_named(tmp_path, text, said):
    (tmp_path / "keys").write_text(text)
    with pytest.raises(FlowyError, match=said) as caught:
        read_keys(tmp_path / "keys")
    assert str(tmp_path / "keys") in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FlowyError, match="missing cannot be read"):
        read_keys(tmp_path / "missing")
