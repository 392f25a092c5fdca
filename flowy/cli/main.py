"""`flowy`: the group of all commands."""

import click

from flowy.cli.lazy import LazyGroup

COMMANDS = {
    "server": ("flowy.cli.server:server", "Serve SWF over HTTP, from a database."),
    "worker": ("flowy.cli.worker:worker", "Do the activities and decide the workflows of modules."),
    "dev": ("flowy.cli.dev:dev", "Service and workers of modules in one process, with reload."),
    "register": ("flowy.cli.register:register", "Register the types of modules, or compare them."),
    "start": ("flowy.cli.start:start", "Start a workflow."),
    "signal": ("flowy.cli.steering:signal", "Send an open execution a signal."),
    "cancel": ("flowy.cli.steering:cancel", "Ask an open execution to cancel itself."),
    "terminate": ("flowy.cli.steering:terminate", "End an open execution at once."),
    "list": ("flowy.cli.executions:list_", "List executions, open and closed."),
    "show": ("flowy.cli.executions:show", "Show an execution's history as a timeline."),
    "check": ("flowy.cli.check:check_", "Find in workflow code what a replay cannot repeat."),
    "replay": ("flowy.cli.replay:replay", "Replay histories with today's code, and compare."),
    "debug": ("flowy.cli.debug:debug", "Stop in the debugger where workflow code sees an event."),
    "payloads": ("flowy.cli.payloads:payloads", "Look after large inputs and results."),
    "project": ("flowy.cli.projects:project", "Projects: scripts, processes and workspaces."),
    "monitor": ("flowy.cli.monitor:monitor", "Run the pending processes of a project."),
    "db": ("flowy.cli.db:db", "Upgrade a database; export and import executions."),
    "machine": ("flowy.cli.machine:machine", "Draw the definition of a token machine."),
    "runs": ("flowy.cli.runs:runs", "Look at catalogued runs, their files and archives."),
    "demo": ("flowy.cli.demo:demo", "Categorise photographs with a durable workflow."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def main() -> None:
    """Durable workflows in plain Python, on Amazon SWF's model, with the service included."""
