"""How fast large texts are packed and unpacked, and what they cost where they are small."""

import json
import tracemalloc
import uuid

import pytest

from flowy.transport.packing import PACKING
from flowy.transport.payloads import Payloads
from flowy.transport.serializer import MAXIMUM
from tests.acceptance.heavy import heavy_text
from tests.benchmarks.tables import show, timed
from tests.s3 import s3_server, s3_volume

pytestmark = pytest.mark.benchmark

SIZES = (100_000, 1_000_000, 50_000_000)


def rows_of(name, packings):
    rows = []
    for size in SIZES:
        text = json.dumps([[heavy_text(size)], {}])
        out = into = float("inf")
        travelling = ""
        for packing in packings():

            def pack(packing=packing, text=text):
                nonlocal travelling
                travelling = packing.pack(text, "it")

            out = min(out, timed(pack))
            into = min(into, timed(packing.unpack, travelling, "it"))
        megabytes = len(text) / 1e6
        rows.append((name, f"{size:,}", f"{megabytes / out:,.0f}", f"{megabytes / into:,.0f}"))
    return rows


def test_large_texts(tmp_path):
    with s3_server() as endpoint:
        places = {
            "memory": lambda: f"memory://{uuid.uuid4().hex}",
            "folder": lambda: str(tmp_path / uuid.uuid4().hex),
            "moto S3": lambda: s3_volume(endpoint),
        }
        rows = []
        for name, place in places.items():
            rows += rows_of(name, lambda: [Payloads(place()).packing("d") for _ in range(2)])  # noqa: B023
    show(
        "Large texts, megabytes a second (zstd, SHA-256; incompressible)",
        ("volume", "characters", "out", "in"),
        rows,
    )


def test_texts_that_fit_cost_nothing():
    text = json.dumps([[1, "abc"], {}])
    count = 1_000_000

    def pack():
        for _ in range(count):
            PACKING.pack(text, "it")

    def unpack():
        for _ in range(count):
            PACKING.unpack(text, "it")

    rows = [
        ("out", f"{timed(pack) / count * 1e9:.0f}"),
        ("in", f"{timed(unpack) / count * 1e9:.0f}"),
    ]
    show("A text that fits, nanoseconds", ("direction", "each"), rows)


def test_memory_of_fifty_megabytes(tmp_path):
    packing = Payloads(str(tmp_path)).packing("d")
    text = heavy_text(50_000_000)
    rows = []
    tracemalloc.start()
    travelling = packing.pack(text, "it")
    rows.append(("out", f"{tracemalloc.get_traced_memory()[1] / len(text):.1f}"))
    tracemalloc.reset_peak()
    packing.unpack(travelling, "it")
    rows.append(("in", f"{tracemalloc.get_traced_memory()[1] / len(text):.1f}"))
    tracemalloc.stop()
    show("Peak of memory beside the text, times its size", ("direction", "times"), rows)
    assert len(travelling) < MAXIMUM
