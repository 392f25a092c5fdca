"""Nothing readable is stored, keys can be changed, and the wrong key says so."""

import pytest
from cryptography.fernet import Fernet

from examples.encrypted_payloads import vault
from flowy import Payloads, TaskError
from flowy.protocol.ids import ExecutionId
from flowy.swf.starter import WorkflowStarter
from flowy.testing import Environment
from flowy.transport.payloads import as_payloads

OLD, NEW, OTHER = (Fernet.generate_key() for _ in range(3))
APPLICATION = {"name": "Ada Lovelace", "income": 4200}


def payloads(folder, *keys):
    codec = vault.FernetCodec(keys, b"a secret that stays")
    return Payloads(str(folder), codec=codec, compression=False)


def stored(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_loan_is_decided_and_nobody_can_read_for_whom(tmp_path):
    with Environment(vault, payloads=payloads(tmp_path, OLD)) as environment:
        execution = environment.start(vault.Loan, APPLICATION)
        letter = environment.result(execution)
        events = str(environment.history(execution))

    assert letter.startswith("Dear Ada Lovelace: yes. ")
    assert "loan" in events
    assert "Lovelace" not in events
    assert len(stored(tmp_path)) > 50_000, "the letter is too long for the history"
    assert b"Lovelace" not in stored(tmp_path)


def test_what_fails_is_told_to_those_who_have_the_key(tmp_path):
    with Environment(vault, payloads=payloads(tmp_path, OLD)) as environment:
        execution = environment.start(vault.Loan, {"name": "Ada Lovelace", "income": -5})
        with pytest.raises(TaskError, match="Ada Lovelace owes 5"):
            environment.result(execution)
        events = str(environment.history(execution))
    assert "builtins.ValueError" in events
    assert "Lovelace" not in events


def test_a_new_key_in_front_is_used_and_the_old_one_still_read(tmp_path):
    one, both = payloads(tmp_path, OLD).codec, payloads(tmp_path, NEW, OLD).codec
    assert both.decode(one.encode(b"it")) == b"it"
    assert payloads(tmp_path, NEW).codec.decode(both.encode(b"it")) == b"it"


def test_a_worker_with_the_wrong_key_fails_the_execution_and_says_why(tmp_path):
    theirs = payloads(tmp_path, OLD).packing("testing")
    with Environment(vault, payloads=payloads(tmp_path, OTHER)) as environment:
        starter = WorkflowStarter("loan", 1, environment.client, environment.domain, packing=theirs)
        with starter.id("loan-1"):
            execution = ExecutionId(workflow_id="loan-1", run_id=starter(APPLICATION))
        with pytest.raises(TaskError, match="the codec 'fernet' cannot decode it"):
            environment.result(execution)


def test_the_environment_names_the_codec(tmp_path, monkeypatch):
    monkeypatch.setenv("VAULT_KEYS", OLD.decode())
    monkeypatch.setenv("VAULT_SECRET", "stays")
    monkeypatch.setenv("FLOWY_PAYLOADS", str(tmp_path))
    monkeypatch.setenv("FLOWY_PAYLOADS_CODEC", "examples.encrypted_payloads.vault:codec")
    packing = as_payloads(None).packing("loans")
    assert packing.unpack(packing.pack('["Lovelace"]', "it"), "it") == '["Lovelace"]'
    assert "Lovelace" not in packing.pack('["Lovelace"]', "it")
