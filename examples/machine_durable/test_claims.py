"""The example, as a workflow and in an engine alone."""

import pytest

from examples.machine_durable import claims
from flowy.machine.engine import GenericWorkflowEngine
from flowy.machine.errors import HaltProcessing
from flowy.testing import Environment

AMOUNTS = (40, 900, 600)


@pytest.fixture
def environment(monkeypatch):
    with Environment(claims) as made:
        monkeypatch.setattr(claims, "DOMAIN", made.domain)
        yield made


def test_a_report_waits_for_the_boss_at_each_large_claim(environment, capsys):
    execution = environment.start(claims.Claims, [{"amount": amount} for amount in AMOUNTS])
    ids = (execution.workflow_id, execution.run_id, environment.client)
    environment.advance(1)
    claims.look(*ids)
    claims.approve(*ids)
    environment.advance(7 * 24 * 3600)
    claims.look(*ids)
    claims.reject(*ids)
    result = environment.result(execution)
    claims.look(*ids)
    assert [claim["paid"] for claim in result["claims"]] == [40, 900, 0]
    assert result["total"] == 940
    assert capsys.readouterr().out == (
        "more than the limit: approve or reject 900\n"
        "more than the limit: approve or reject 600\n"
        "it waits for nobody\n"
    )


def test_the_same_list_runs_in_an_engine_alone():
    engine = GenericWorkflowEngine()
    engine.callbacks.replace(claims.FLOW)
    tokens = [{"amount": amount} for amount in AMOUNTS[:2]]
    with pytest.raises(HaltProcessing, match="more than the limit"):
        engine.process(tokens)
    engine.current_object["approved"] = True
    engine.restart("current", "current")
    assert engine.extra_data["total"] == 940
