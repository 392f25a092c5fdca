"""Pay expense claims: a token machine as a durable workflow.

``python -m examples.machine_durable.claims file 40 900`` files a report of two claims;
``... look ID RUN`` says what it waits for; ``... approve ID RUN`` and ``... reject ID RUN`` answer.
"""

import sys

from flowy import workflow, workflow_starter
from flowy.machine.patterns import IF, IF_ELSE
from flowy.swf.machine import MachineWorkflow, activity_step, halted, local_step, restart

DOMAIN = "claims"
LIST = "claims"
LIMIT = 500
TOKEN = {"heartbeat": 10, "retry": 10}
"""A worker that is silent for ten seconds is given up; its task goes to another."""


@local_step
def number(claim, eng):
    eng.extra_data["numbers"] = eng.extra_data.get("numbers", 0) + 1
    claim["number"] = eng.extra_data["numbers"]


def is_large(claim, eng):
    return claim["amount"] > LIMIT


def ask_the_boss(claim, eng):
    if "approved" not in claim:
        eng.halt("more than the limit", action="approve or reject", payload=claim["amount"])


def is_rejected(claim, eng):
    return claim.get("approved") is False


@activity_step("claims.pay", 1, LIST, **TOKEN)
def pay(claim, eng):
    # A real one would call the bank, with the claim's number so that it pays once.
    claim["paid"] = claim["amount"]
    eng.extra_data["total"] = eng.extra_data.get("total", 0) + claim["amount"]


@activity_step("claims.refuse", 1, LIST, **TOKEN)
async def refuse(claim, eng):
    claim["paid"] = 0


FLOW = [
    number,
    IF(is_large, [ask_the_boss]),
    IF_ELSE(is_rejected, [refuse], [pay]),
]


@workflow("claims", 1, LIST, workflow_duration=30 * 24 * 3600)
class Claims(MachineWorkflow):
    callbacks = FLOW

    def outcome(self, engine):
        return {"claims": engine.objects, "total": engine.extra_data.get("total", 0)}


def file(*amounts):
    starter = workflow_starter(DOMAIN, "claims", 1)
    with starter.id("report"):
        print("report", starter([{"amount": int(amount)} for amount in amounts]))


def look(workflow_id, run_id, layer1=None):
    standing = halted(DOMAIN, workflow_id, run_id, layer1=layer1)
    if standing is None:
        print("it waits for nobody")
    else:
        print(f"{standing.message}: {standing.action} {standing.payload}")


def approve(workflow_id, run_id, layer1=None):
    answer(workflow_id, run_id, layer1, approved=True)


def reject(workflow_id, run_id, layer1=None):
    answer(workflow_id, run_id, layer1, approved=False)


def answer(workflow_id, run_id, layer1, *, approved):
    standing = halted(DOMAIN, workflow_id, run_id, layer1=layer1)
    if standing is None:
        print("it waits for nobody")
        return
    claim = {**standing.token, "approved": approved}
    # The halt's number: said twice, it does not answer the next question too.
    restart(DOMAIN, workflow_id, "current", "current", layer1=layer1, run_id=run_id,
            halt=standing.halt, token=claim)  # fmt: skip


COMMANDS = {"approve": approve, "file": file, "look": look, "reject": reject}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
