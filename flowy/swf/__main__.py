"""Start a workflow from the command line: `python -m flowy.swf DOMAIN NAME VERSION [ARG...]`."""

import argparse
import sys
from collections.abc import Sequence

from flowy.errors import FlowyError
from flowy.protocol.client import SwfClient
from flowy.swf import arguments
from flowy.swf.connect import as_client
from flowy.swf.starter import WorkflowStarter
from flowy.transport.payloads import as_payloads

FAILED = 1
"""Exit status when no execution was started."""


def main(argv: Sequence[str] | None = None, layer1: SwfClient | None = None) -> int:
    """Start an execution and print its workflow id and run id.

    Args:
        argv: The arguments; None is those of the process.
        layer1: The service; None is what the environment says, else Amazon.

    Returns:
        The exit status: 0 when the execution was started, 1 when it was not.
    """
    options = _parser().parse_intermixed_args(argv)
    try:
        print(_start(options, layer1))  # noqa: T201 -- this is a command
    except FlowyError as error:
        print(  # noqa: T201
            f"workflow {options.name} {options.version} was not started in domain "
            f"{options.domain}: {type(error).__name__}: {error}",
            file=sys.stderr,
        )
        return FAILED
    return 0


def _start(options: argparse.Namespace, layer1: SwfClient | None) -> str:
    client = as_client(layer1)
    starter = WorkflowStarter(
        options.name,
        options.version,
        client,
        options.domain,
        options.task_list,
        options.decision_duration,
        options.workflow_duration,
        packing=as_payloads().packing(options.domain),
    )
    args, kwargs = arguments.read(options.arguments, options.input)
    request = starter.request(*args, **kwargs)
    return f"{request.workflow_id} {client.call(request).run_id}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flowy.swf",
        description="Start one execution of a workflow type; prints its workflow id and run id.",
    )
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("name", metavar="NAME", help="the workflow type's name")
    parser.add_argument("version", metavar="VERSION", help="the workflow type's version")
    parser.add_argument(
        "arguments",
        metavar="ARG",
        nargs="*",
        help="an argument of the workflow: JSON, or a text that stands for itself",
    )
    parser.add_argument("--input", metavar="JSON", help="all arguments at once: [args, kwargs]")
    parser.add_argument("--task-list", "--task_list", metavar="TL", help="for its decisions")
    for option in ("decision-duration", "workflow-duration"):
        dest = option.replace("-", "_")
        parser.add_argument(f"--{option}", f"--{dest}", metavar="SECONDS", type=int, dest=dest)
    return parser


if __name__ == "__main__":
    sys.exit(main())
