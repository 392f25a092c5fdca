"""A report from two sources: a graph of processes on all three strategies."""

import asyncio
import statistics
import sys

from flowy.process import (
    BaseProcess,
    ProcessConfig,
    ProcessId,
    ProcessResult,
    ProcessType,
    Workflow,
)

SALES = {"north": [120, 80, 95], "south": [60, 75, 130]}
WEATHER = {"north": "rain", "south": "sun"}


class ReadSales(BaseProcess):
    async def process(self, input_data):
        await asyncio.sleep(0)
        return SALES[input_data["region"]]


class ReadWeather(BaseProcess):
    def process(self, input_data):
        if not input_data["available"]:
            raise ConnectionError("the weather service does not answer")
        return WEATHER


class Summarise(BaseProcess):
    def __init__(self, config, sources):
        super().__init__(config)
        self.sources = sources

    def process(self, input_data):
        sales = {each.base_name: self.get_process_result(input_data, each) for each in self.sources}
        return {region: (sum(days), statistics.median(days)) for region, days in sales.items()}


class Write(BaseProcess):
    def process(self, input_data: dict[str, ProcessResult]):
        totals = self.get_process_result(input_data, "summary")
        weather = input_data["weather"].data if "weather" in input_data else {}
        return [
            f"{region}: {total} sold, {median} on a usual day, {weather.get(region, 'no weather')}"
            for region, (total, median) in sorted(totals.items())
        ]


def build() -> Workflow:
    """Return the graph."""
    workflow = Workflow(max_threads=2, max_processes=1)
    regions = [ProcessId(region) for region in sorted(SALES)]
    for region in regions:
        ReadSales(ProcessConfig(process_id=str(region))).register_to(workflow)
    ReadWeather(ProcessConfig(process_id="weather", process_type=ProcessType.THREAD)).register_to(
        workflow, required=False
    )
    summary = ProcessConfig(process_id="summary", process_type=ProcessType.PROCESS, timeout=60)
    Summarise(summary, regions).register_to(workflow, regions)
    Write(ProcessConfig(process_id="report", process_type=ProcessType.THREAD)).register_to(
        workflow, ["summary", "weather"]
    )
    return workflow


def report(*, weather: bool = True) -> list[str]:
    """Run the graph and return the lines of the report."""
    inputs = {region: {"region": region} for region in SALES}
    with build() as workflow:
        results = asyncio.run(workflow.execute({**inputs, "weather": {"available": weather}}))
    return results["report"].unwrap()


if __name__ == "__main__":
    print("\n".join(report(weather="--without-weather" not in sys.argv)))
