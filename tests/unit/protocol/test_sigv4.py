"""Signatures are those that botocore makes."""

import datetime as dt
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from flowy.clock import ManualClock
from flowy.protocol.sigv4 import Scope, Signed
from flowy.swf.signing import Credentials, Signer

ACCESS, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


def signed_by_botocore(url, headers, body, moment, region, token=None):
    request = AWSRequest("POST", url, headers, body)
    signer = SigV4Auth(BotocoreCredentials(ACCESS, SECRET, token), "swf", region)
    now = dt.datetime.fromtimestamp(moment, dt.UTC)
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        signer.add_auth(request)
    return dict(request.headers.items())


@given(
    body=st.binary(max_size=200),
    moment=st.integers(0, 4_000_000_000),
    region=st.sampled_from(["us-east-1", "eu-central-1"]),
    token=st.none() | VISIBLE,
    header=VISIBLE.map(lambda text: f" {text}   {text} "),
)
def test_the_signer_agrees_with_botocore(body, moment, region, token, header):
    headers = {
        "Host": "localhost:8787",
        "X-Amz-Target": "SimpleWorkflowService.ListDomains",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Other": header,
    }
    keys = Credentials(access_key=ACCESS, secret_key=SECRET, token=token)
    ours = Signer(keys, region, clock=ManualClock(moment))(headers, body)
    theirs = signed_by_botocore("http://localhost:8787/", headers, body, moment, region, token)
    assert ours["Authorization"] == theirs["Authorization"]
    assert ours["X-Amz-Date"] == theirs["X-Amz-Date"]
    assert ours.get("X-Amz-Security-Token") == theirs.get("X-Amz-Security-Token")


@pytest.mark.parametrize(
    ("path", "query"), [("/", ""), ("/swf/v1", "b=2&a=1&a=0"), ("/a%20b/", "x"), ("/~u", "q=%2F")]
)
def test_canonical_requests_agree_with_botocore(path, query):
    headers = [("host", "h"), ("x-amz-date", "20261121T000000Z")]
    ours = Signed(path=path, query=query, headers=headers, body=b"{}").canonical()
    url = f"http://h{path}?{query}" if query else f"http://h{path}"
    request = AWSRequest("POST", url, dict(headers), b"{}")
    signer = SigV4Auth(BotocoreCredentials(ACCESS, SECRET), "swf", "us-east-1")
    assert ours == signer.canonical_request(request)


def test_a_header_that_comes_twice_is_joined():
    headers = [("b", "1"), ("A", " x  y "), ("b", "2")]
    lines = Signed(headers=headers, body=b"").canonical().splitlines()
    assert lines[3:7] == ["a:x y", "b:1,2", "", "a;b"]


def test_the_derived_key_follows_the_day():
    clock = ManualClock(1_700_000_000.0)
    signer = Signer(Credentials(access_key=ACCESS, secret_key=SECRET), clock=clock)
    first = signer({"Host": "h"}, b"")["Authorization"]
    assert str(Scope("20231114", "us-east-1")) in first
    clock.advance(86_400)
    again = Signer(Credentials(access_key=ACCESS, secret_key=SECRET), clock=clock)
    assert signer({"Host": "h"}, b"") == again({"Host": "h"}, b"")
    assert "/20231115/" in signer({"Host": "h"}, b"")["Authorization"]


def test_secrets_are_not_shown():
    assert SECRET not in repr(Credentials(access_key=ACCESS, secret_key=SECRET, token="t0k"))
