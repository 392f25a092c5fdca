"""The catalogue beside `flowserv-core` from PyPI, and its archives beside tar.

Both packages run the same script, one after the other, so that a busy machine slows both; a figure
is the median over the rounds, and so is the ratio. ``together`` has no twin over there.

The work is the same. To update is on either side: read the run, refuse a move that its state does
not allow, write state, times and messages, commit; the run comes back emptied by the commit, and is
read again when somebody looks at it. Both wait for the disk at each commit, by SQLite's
``synchronous=FULL``: the peer leaves SQLite at its defaults, whose rollback journal takes about
four ``fdatasync`` and the making and removing of a file (strace counts 2,456 for its 600 commits),
Flowy's write-ahead log takes one. So the ratio is about four where the disk is all that counts.
Flowy does more for it: the update is conditional on the state that was seen, and an event is told.
"""

import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks import peers

WORK = Path(__file__).with_name("catalog_work.py")
ARCHIVE = Path(__file__).with_name("archive_work.py")
ROUNDS = 3
RUNS = 100_000
TARGET = 3
SIZE = 1_000_000_000
MEMORY = 50_000_000
"""Bytes by which the archiving process may grow: not a twentieth of what it archives."""


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.benchmark
def test_runs_created_updated_and_listed_per_second(folder):
    peers.python_of("flowserv")
    ours, theirs = [], []
    for number in range(ROUNDS):
        ours.append(peers.run_here(WORK, "flowy.catalog", folder / f"ours{number}", RUNS)[0])
        theirs.append(
            peers.run_json("flowserv", WORK, "flowserv", folder / f"theirs{number}", RUNS)[0]
        )
    ratios = {}
    sys.stdout.write(f"\n{RUNS:,} runs{'':8}{'flowy.catalog':>14}{'flowserv':>12}{'ratio':>8}\n")
    for name in ours[0]:
        per_second = statistics.median(each[name] for each in ours)
        if name not in theirs[0]:
            sys.stdout.write(f"{name:20}{per_second:12,.0f}/s\n")
            continue
        other = statistics.median(each[name] for each in theirs)
        ratios[name] = statistics.median(
            mine[name] / its[name] for mine, its in zip(ours, theirs, strict=True)
        )
        sys.stdout.write(f"{name:20}{per_second:12,.0f}/s{other:10,.0f}/s{ratios[name]:8.1f}\n")
    assert ratios["listed"] >= TARGET
    assert min(ratios.values()) > 1
    for name in ("created", "updated"):
        assert min(each[f"{name} together"] for each in ours) >= TARGET * max(
            each[name] for each in theirs
        )


@pytest.mark.benchmark
def test_a_page_takes_as_long_among_many_runs_as_among_few(folder):
    taken = {}
    for runs in (1_000, 10_000, 100_000):
        found = peers.run_here(WORK, "flowy.catalog", folder / str(runs), runs)[1]
        taken[runs] = found[f"page of {runs}"]
        sys.stdout.write(f"\na page of 100 in the middle of {runs:7,} runs: {taken[runs]:.2f} ms")
    assert taken[100_000] < 2 * taken[1_000]


@pytest.mark.benchmark
def test_an_archive_of_a_gigabyte_takes_little_memory_and_no_more_than_twice_tars_time(folder):
    data = folder / "data"
    data.mkdir()
    noise = random.Random(1)
    lines = [noise.randbytes(48).hex() + "\n" for _ in range(10_000)]
    for number in range(10):
        with (data / f"part{number}.txt").open("w") as file:
            for _ in range(SIZE // 10 // 97):
                file.write(lines[noise.randrange(10_000)])
    size = sum(path.stat().st_size for path in data.iterdir())
    (ours,) = peers.run_here(ARCHIVE, data, folder / "ours.tar.gz")
    started = time.perf_counter()
    subprocess.run(["tar", "-czf", folder / "theirs.tar.gz", "-C", data, "."], check=True)
    theirs = time.perf_counter() - started
    listed = subprocess.run(
        ["tar", "-tzf", folder / "ours.tar.gz"], check=True, capture_output=True, text=True
    ).stdout.split()
    assert sorted(listed) == sorted(path.name for path in data.iterdir())
    sys.stdout.write(
        f"\n{size / 1e9:.2f} GB: archive {ours['seconds']:.1f} s and {ours['grown'] / 1e6:.0f} MB "
        f"of memory, tar -z {theirs:.1f} s, {theirs / ours['seconds']:.2f} of its speed\n"
    )
    assert ours["grown"] < MEMORY
    assert ours["seconds"] <= 2 * theirs
