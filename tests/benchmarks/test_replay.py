"""Cold replay beside the other frameworks, in one run: each in turn, round by round.

What is timed goes from the decoded answer of a poll to the list of decisions; for Temporal, whose
histories its own server records, from the decoded history to the end of its Replayer.
"""

import statistics
from pathlib import Path

import pytest

from tests.benchmarks import histories, peers
from tests.benchmarks.tables import show, thousands

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

CONTENDERS = Path(__file__).with_name("contenders")
SIZES = (100, 1_000, 3_000)
ROUNDS = 3
PEERS = {
    "simpleflow": "replay_simpleflow.py",
    "botoflow": "replay_botoflow.py",
    "flowy-0.4.1": "replay_flowy041.py",
    "temporal": "replay_temporal.py",
}
TARGETS = (
    ("simpleflow", "chain", 1_000, 8),
    ("simpleflow", "fan", 1_000, 8),
    ("flowy-0.4.1", "chain", 3_000, 1.2),
    ("flowy-0.4.1", "fan", 3_000, 1.2),
    ("temporal", "chain", 1_000, 40),
    ("temporal", "fan", 1_000, 15),
)
"""How many times a peer's events per second are wanted, at which shape and size."""
FAN = 90
"""Activities that the first decision of a fan-out asks for."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with the histories as JSON."""
    folder = tmp_path_factory.mktemp("histories")
    for size in SIZES:
        (folder / f"chain-{size}-{size}.json").write_bytes(histories.chain(size))
        (folder / f"fan-{size}-{size}.json").write_bytes(histories.fan(size))
    (folder / f"fan-0-{FAN}.json").write_bytes(histories.unbegun("par", FAN))
    return folder


def rates(rows):
    return {(row["shape"], row["done"]): row["events"] / row["seconds"] for row in rows}


def test_cold_replay_beside_peers(recorded, tmp_path_factory):
    folders = dict.fromkeys(PEERS, recorded) | {"temporal": tmp_path_factory.mktemp("temporal")}
    ours, theirs = [], {peer: [] for peer in PEERS}
    for _ in range(ROUNDS):
        ours.append(rates(peers.run_here(CONTENDERS / "replay_flowy.py", recorded)))
        for peer, script in PEERS.items():
            found = peers.run_json(peer, CONTENDERS / script, folders[peer])
            theirs[peer].append(rates(found))
    _show_rates({"flowy": ours, **theirs})
    rows, missed = [], []
    for peer, shape, size, wanted in TARGETS:
        ratios = _ratios(ours, theirs[peer], (shape, size))
        rows.append((f"{peer}, {shape} of {size:,}", *_spread(ratios), f"{wanted} x"))
        if statistics.median(ratios) < wanted:
            missed.append(rows[-1])
    ratios = _ratios(ours, theirs["simpleflow"], ("fan", 0))
    rows.append((f"simpleflow, decision that asks for {FAN}", *_spread(ratios), "8 x"))
    for shape in ("chain", "fan"):
        ratios = [turn[shape, SIZES[-1]] / turn[shape, SIZES[0]] for turn in ours]
        rows.append((f"itself, {shape}, 3,000 over 100", *_spread(ratios), "0.8 x"))
    show("Cold replay over", ("", "median", "lowest", "highest", "target"), rows)
    assert not missed


def _ratios(ours, theirs, key):
    return [own[key] / other[key] for own, other in zip(ours, theirs, strict=True)]


def _spread(ratios):
    return tuple(f"{of(ratios):.2f}" for of in (statistics.median, min, max))


def _show_rates(turns):
    rows = [
        (
            f"{name}, {shape}",
            *(thousands(statistics.median(turn[shape, size] for turn in found)) for size in SIZES),
        )
        for name, found in turns.items()
        for shape in ("chain", "fan")
    ]
    show("Cold replay, events/s", ("", *(f"{size:,}" for size in SIZES)), rows)
