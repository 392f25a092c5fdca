"""A workflow that passes a text of any size through every field that takes one."""

import hashlib
import sys
from pathlib import Path

from flowy import (
    Activity,
    ActivityProxy,
    Payloads,
    Signal,
    Workflow,
    WorkflowProxy,
    activity,
    workflow,
)
from flowy.protocol.requests.executions import SignalWorkflowExecution
from flowy.swf.packed import PackedClient
from flowy.testing import Environment
from flowy.transport import serializer
from tests.noise import noise

BLOCK = 4_000_000


def heavy_text(size):
    """Return a text of that many characters; no window of zstd is as large as what repeats."""
    return (noise(min(size, BLOCK)) * (size // BLOCK + 1))[:size]


def digest(text):
    return f"{len(text)} {hashlib.sha256(text.encode()).hexdigest()}"


@activity("echo", 1, "heavy")
class Echo(Activity):
    def run(self, value, *, beside=None):
        return value


@activity("measure", 1, "heavy")
class Measure(Activity):
    def run(self, text):
        return digest(text)


@workflow("heavy child", 1, "heavy")
class Child(Workflow):
    def run(self, text):
        return text


@workflow("heavy", 1, "heavy")
class Heavy(Workflow):
    """The text comes in, goes through all fields, and out; what each gave is noted."""

    echo = ActivityProxy("echo", 1)
    measure = ActivityProxy("measure", 1)
    child = WorkflowProxy("heavy child", 1)
    handed = Signal()

    async def run(self, text, noted=(), round=1):
        noted = [*noted, digest(text)]
        if round == 1:
            echoed = await self.echo(text, beside=1)
            noted.append(await self.measure(echoed))
            return self.restart(echoed, noted, round=2)
        grown = await self.child(text)
        signalled = await self.handed.get()
        return [signalled, [*noted, digest(grown), digest(signalled)]]


def play(size, payloads):
    """Return what the workflow noted of a text of that size, and what it should have noted."""
    text = heavy_text(size)
    with Environment(sys.modules[__name__], payloads=payloads) as environment:
        execution = environment.start(Heavy, text)
        client = PackedClient(environment.client, payloads)
        environment.advance(1)
        signal = SignalWorkflowExecution(
            domain=environment.domain,
            workflow_id=execution.workflow_id,
            signal_name="handed",
            input=serializer.dump(text, "it", None),
        )
        client.call(signal)
        returned, noted = environment.result(execution)
        events = environment.history(execution)
    longest = max(len(getattr(event.attributes, "input", None) or "") for event in events)
    return [digest(returned), *noted], [digest(text)] * 6, longest


def main():
    """Play once, in a process that does nothing else, and say how much memory it took."""
    noted, expected, longest = play(int(sys.argv[1]), Payloads(sys.argv[2]))
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    sys.stdout.write(f"{noted == expected} {longest} {int(status.split()[0]) * 1024}\n")


if __name__ == "__main__":
    main()
