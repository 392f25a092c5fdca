"""Script: a program for a child interpreter, as a value that can be called."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flowy.errors import ScriptFailed
from flowy.execution.process_tree import kill_tree

_TAIL = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOutput:
    """What a script left behind.

    Args:
        exit_status: 0, or the run would have failed.
        output: What it printed; empty if that went to a log.
        errors: What it printed to its standard error; empty if that went to a log.
    """

    exit_status: int
    output: str = ""
    errors: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script and what it is run with. Calling it runs it and waits.

    No shell is involved: arguments arrive as they are.

    Args:
        path: The file.
        arguments: Its command line after the file's name.
        program: The interpreter; this one by default.
        folder: The working folder; this process's by default.
        environment: Added to this process's environment.
        text: What it can read from its standard input.
        log: A file to which all that it prints is appended.
        begun: Called with its process id as soon as it runs; what it raises is a failed start.
    """

    path: Path
    arguments: tuple[str, ...] = ()
    program: str = sys.executable
    folder: Path | None = None
    environment: Mapping[str, str] | None = None
    text: str = ""
    log: Path | None = None
    begun: Callable[[int], None] | None = None

    def __call__(self) -> ScriptOutput:
        """Run the script to its end.

        Raises:
            ScriptFailed: It ended with another status than 0.
        """
        with self.begin() as process:
            return self.finish(process)

    def begin(self) -> "subprocess.Popen[str]":
        """Start the script, in a session and process group of its own."""
        log = None if self.log is None else self.log.open("ab")
        try:
            process = self._popen(subprocess.PIPE if log is None else log)
        finally:
            if log is not None:
                log.close()
        self._announce(process)
        return process

    def finish(self, process: "subprocess.Popen[str]") -> ScriptOutput:
        """Wait for the end of what ``begin`` started.

        Raises:
            ScriptFailed: It ended with another status than 0.
        """
        output, errors = process.communicate(self.text)
        status = process.returncode
        if status:
            how = f"was killed by signal {-status}" if status < 0 else f"exited with {status}"
            said = f"; see {self.log}" if self.log else f"; it said: {(errors or output)[-_TAIL:]}"
            raise ScriptFailed(f"{self.path} {how}{said}", status)
        return ScriptOutput(exit_status=0, output=output or "", errors=errors or "")

    def _announce(self, process: "subprocess.Popen[str]") -> None:
        if self.begun is None:
            return
        try:
            self.begun(process.pid)
        except BaseException:
            kill_tree(process.pid)
            with process:
                process.communicate("")
            raise

    def _popen(self, sink: int | IO[Any]) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 -- the caller chose the script; there is no shell
            [self.program, str(self.path), *self.arguments],
            cwd=self.folder,
            env=None if self.environment is None else {**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=subprocess.PIPE if sink == subprocess.PIPE else subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
