"""The graph of `examples/process_report` as a durable workflow."""

from examples.process_report.report import build
from flowy.swf.processes import durable_graph

DOMAIN = "reports"

report = durable_graph("report", 1, "reports", heartbeat=10)(build)
