"""Play chaos: servers are killed under load, on SQLite or with PostgreSQL itself restarted.

``python -m tests.chaos.play`` plays the long form and prints what was seen.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import fights
from tests.chaos.load import Load
from tests.chaos.servers import Server
from tests.chaos.verify import check_sqlite, verify
from tests.postgresql import Cluster

SERVERS = 3
DRAIN_SECONDS = 180


@dataclass(frozen=True)
class Plan:
    """How much is killed.

    Args:
        kills: How many SIGKILLs the servers get, one server at a time.
        restarts: How often PostgreSQL itself is stopped or killed, and started again.
        longest: Seconds for which a server lives at most.
        seed: Where chance begins.
    """

    kills: int
    restarts: int = 0
    longest: float = 0.8
    seed: int = 1


def on_sqlite(folder: Path, plan: Plan) -> dict[str, int]:
    """Kill the one server of a SQLite file again and again."""
    path = folder / "flowy.db"
    url = f"sqlite:///{path}"
    server = Server(url, folder / "server.log")
    server.start()
    assert server.wait_until_ready()
    chance = random.Random(plan.seed)

    def play(load: Load) -> None:
        for _ in range(plan.kills):
            threading.Event().wait(chance.uniform(0.01, plan.longest))
            server.kill()
            server.start()
            assert server.wait_until_ready()

    found = _under_load(url, [server], play)
    check_sqlite(path)
    return found


def on_postgresql(folder: Path, plan: Plan, cluster: Cluster) -> dict[str, int]:
    """Kill one of three servers again and again, and PostgreSQL between."""
    url = cluster.fresh_database()
    servers = [Server(url, folder / f"server-{n}.log") for n in range(SERVERS)]
    for server in servers:
        server.start()
    assert all(server.wait_until_ready() for server in servers)
    chance = random.Random(plan.seed)
    at = set(chance.sample(range(plan.kills), plan.restarts))

    def play(load: Load) -> None:
        for kill in range(plan.kills):
            threading.Event().wait(chance.uniform(0.05, plan.longest))
            if kill in at:
                (cluster.crash if chance.random() < 0.5 else cluster.stop)()
                cluster.start()
            server = chance.choice(servers)
            server.kill()
            server.start()
            assert server.wait_until_ready()

    return _under_load(url, servers, play)


def _under_load(url: str, servers: list[Server], play: Callable[[Load], None]) -> dict[str, int]:
    load = Load([server.address for server in servers])
    began = time.monotonic()
    try:
        load.start()
        play(load)
        load.drain()
        for _ in range(DRAIN_SECONDS * 10):
            if load.is_drained or load.errors:
                break
            threading.Event().wait(0.1)
    finally:
        load.stop()
        codes = [server.stop() for server in servers]
    assert not load.errors, load.errors
    assert codes == [0] * len(servers), codes
    found = verify(url, load.notes)
    return {**found, "seconds": round(time.monotonic() - began)}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fight(seconds: float) -> None:
    """Play the fights of the catalogue and of projects, each on both databases."""
    cluster = Cluster().start().make_template()
    try:
        for name in ("over_a_run", "over_a_queue", "with_killed_monitors", "kill_a_tree"):
            for kind in ("SQLite", "PostgreSQL"):
                with tempfile.TemporaryDirectory(prefix="flowy-fight-") as folder:
                    url = f"sqlite:///{folder}/fight.db"
                    if kind == "PostgreSQL":
                        empty = name == "over_a_run"
                        url = cluster.empty_database() if empty else cluster.fresh_database()
                    arguments = _ARGUMENTS.get(name, lambda seconds: (seconds,))(seconds)
                    found = getattr(fights, name)(url, Path(folder), *arguments)
                    say(f"fight {name} on {kind}: {found}")
    finally:
        cluster.remove()


_ARGUMENTS: dict[str, Callable[[float], tuple[float, ...]]] = {
    "kill_a_tree": lambda _: (),
    "with_killed_monitors": lambda seconds: (seconds, int(seconds * 3)),
}


def main() -> None:
    """Play the long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite-kills", type=int, default=200)
    parser.add_argument("--postgresql-kills", type=int, default=50)
    parser.add_argument("--postgresql-restarts", type=int, default=15)
    parser.add_argument("--fight-seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    say(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="flowy-chaos-") as folder:
        if options.sqlite_kills:
            plan = Plan(kills=options.sqlite_kills, seed=options.seed)
            say(f"SQLite, {plan.kills} kills: {on_sqlite(Path(folder), plan)}")
    if options.fight_seconds:
        fight(options.fight_seconds)
    if not options.postgresql_kills:
        return
    cluster = Cluster(durable=True).start().make_template()
    try:
        with tempfile.TemporaryDirectory(prefix="flowy-chaos-") as folder:
            plan = Plan(
                kills=options.postgresql_kills,
                restarts=options.postgresql_restarts,
                longest=3.0,
                seed=options.seed,
            )
            found = on_postgresql(Path(folder), plan, cluster)
            say(f"PostgreSQL, {plan.kills} kills, {plan.restarts} restarts: {found}")
    finally:
        cluster.remove()


if __name__ == "__main__":
    main()
