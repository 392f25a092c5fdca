"""`flowy server` as a process, with all that it can be given."""

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from flowy.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
ACCESS, SECRET = "AKIDWORKERS", "a/secret+key"
KEYS = f"[workers]\naws_access_key_id = {ACCESS}\naws_secret_access_key = {SECRET}\n"


@pytest.fixture
def server(tmp_path):
    (tmp_path / "keys").write_text(KEYS)
    process = subprocess.Popen(
        [
            *[sys.executable, "-m", "flowy", "server", "--port", "0", "--keys", "keys"],
            *["--limit", "domains=1", "--limit", "open_executions=5"],
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = process.stdout.readline().rstrip().rpartition("=")[2]
    yield process, address
    process.kill()
    process.communicate()


def connected(address, secret=SECRET):
    return closing(
        boto3.client(
            "swf",
            region_name="us-east-1",
            endpoint_url=address,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=secret,
        )
    )


def test_keys_and_limits_are_in_force(server):
    with connected(server[1]) as client:
        client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
        with pytest.raises(client.exceptions.LimitExceededFault, match="there are 1 domains"):
            client.register_domain(name="e", workflowExecutionRetentionPeriodInDays="1")
    with (
        connected(server[1], "guessed") as client,
        pytest.raises(ClientError, match="InvalidSignatureException"),
    ):
        client.describe_domain(name="d")


def test_sigterm_answers_parked_polls_without_a_task(server):
    process, address = server
    with connected(address) as client, ThreadPoolExecutor() as threads:
        client.register_domain(name="d", workflowExecutionRetentionPeriodInDays="1")
        polls = [
            threads.submit(client.poll_for_activity_task, domain="d", taskList={"name": "l"})
            for _ in range(5)
        ]
        while b'flowy_parked_polls{kind="activity"} 5' not in metrics(address):
            threading.Event().wait(0.05)
        process.send_signal(signal.SIGTERM)
        assert [poll.result(30)["taskToken"] for poll in polls] == [""] * 5
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in errors


def metrics(address):
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
        return answer.read()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--limit", "nothing=1"], "there is no quota 'nothing'"),
        (["--key", __file__], "give --cert too"),
        (["--keys", __file__], "cannot be read"),
        (["--cert", __file__], "cannot be used"),
        (["--keys", "/missing"], "does not exist"),
    ],
)
def test_an_option_that_is_wrong_ends_the_command_with_one_clear_line(arguments, said):
    result = CliRunner().invoke(main, ["server", "--db", "sqlite://", "--port", "0", *arguments])
    assert result.exit_code in {1, 2}
    assert said in result.output
    assert "Traceback" not in result.output
