"""The dashboard asks for metrics that there are, and the guide explains each of them."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from flowy.observability.prometheus import PrometheusListener

DOCS = Path(__file__).parents[2] / "docs"
BOARD = json.loads((DOCS / "dashboards" / "flowy.json").read_text(encoding="utf-8"))
GUIDE = (DOCS / "howto" / "observability.md").read_text(encoding="utf-8")

SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
}
OF_PROMETHEUS = {"job", "instance", "le"}


def metrics():
    """Return the labels of each metric by what Prometheus calls it."""
    registry = CollectorRegistry()
    metrics = PrometheusListener(registry)._metrics
    found = {}
    for metric in vars(metrics).values():
        for suffix in SUFFIXES[metric._type]:
            found[metric._name + suffix] = set(metric._labelnames)
    return found


METRICS = metrics()
EXPRESSIONS = [
    target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())
] + [each["query"] for each in BOARD["templating"]["list"]]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_panel_asks_for_what_there_is(expression):
    names = re.findall(r"flowy_\w+", expression)
    assert names or expression == "prometheus"
    for name in names:
        assert name in METRICS
    asked = set(re.findall(r"(\w+)(?:=|!=|=~|!~)\"", expression))
    for group in re.findall(r"by \(([^)]*)\)", expression):
        asked |= {label.strip() for label in group.split(",")}
    for label in asked - OF_PROMETHEUS:
        assert all(label in METRICS[name] for name in names), label


@pytest.mark.parametrize("panel", [each for each in BOARD["panels"] if each["type"] != "row"])
def test_a_legend_shows_labels_that_its_expression_keeps(panel):
    for target in panel["targets"]:
        kept = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", target["expr"]))))
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= kept


def test_every_metric_is_on_the_dashboard_and_in_the_guide():
    everything = " ".join(EXPRESSIONS)
    for name in METRICS:
        plain = re.sub(r"_(bucket|count|sum)$", "", name)
        assert plain in everything, name
        assert f"`{plain}`" in GUIDE, name


def test_panels_do_not_lie_on_each_other():
    places = [
        (x, y)
        for panel in BOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
