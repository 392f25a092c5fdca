"""One of several processes that use a project at once; the test starts it as a program."""

import sys

from flowy.clock import SystemClock
from flowy.errors import IllegalMove
from flowy.project import Project
from flowy.project.lifecycle import Claim, Starter, claim_next


def say(*words):
    """Print a line for the test."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def serve(project, number):
    """Claim and end what is queued, until nothing is left; print what was claimed."""
    while True:
        starter = Starter(
            host=f"host {number}", now=project.clock.now(), log="n", owner=number, lease_until=9e9
        )

        def work(session, starter=starter):
            return claim_next(session, project.id, starter, 1)

        taken = project.write(work)
        if taken is None:
            return
        if isinstance(taken, Claim):
            say(taken.process.id, taken.process.attempt)
            project.process(taken.process.id).completed(message=f"by {number}")


def write(project, number):
    """Make processes and workspaces and count in one record; print the numbers that came."""
    for _ in range(int(sys.argv[4])):
        say("p", project.run_script("third").id)
        say("w", project.new_workspace().id)
        project.process(1).append_data("notes", number)
        project.process(1).get_workspace("shared")


def fight(project, number):
    """Queue, complete and kill the same processes as all others do."""
    end = SystemClock().now() + float(sys.argv[4])
    won = 0
    while SystemClock().now() < end:
        for process in project.list_processes():
            for verb in (process.queue, process.completed, process.kill):
                try:
                    verb()
                    won += 1
                except IllegalMove:
                    pass
    say(won)


if __name__ == "__main__":
    with Project("lab") as lab:
        {"serve": serve, "write": write, "fight": fight}[sys.argv[2]](lab, sys.argv[3])
