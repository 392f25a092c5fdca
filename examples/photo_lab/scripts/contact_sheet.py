"""Make a contact sheet of the thumbnails."""

import asyncio
from contextlib import closing
from pathlib import Path

import flowy.project
from examples.photo_lab import settings
from examples.photo_lab.sheet import graph
from flowy.catalog.executions import ExecutionCatalogue

script_id = "contact_sheet"
depends_on = ["sort_photos"]
cores = 2

if __name__ == "__main__":
    process = flowy.project.get_project_process()
    thumbnails = sorted(process.parent.get_workspace("sorted").folder.glob("*.jpg"))
    target = Path(process.get_workspace("sheet").path("sheet.png"))
    inputs = {f"tile_{number}": str(path) for number, path in enumerate(thumbnails)}
    with (
        closing(ExecutionCatalogue(*settings.catalogue())) as catalogue,
        graph(len(thumbnails), target, catalogue) as sheet,
    ):
        results = asyncio.run(sheet.execute(inputs))
    process.completed(message=f"{len(results) - 1} tiles in {results['sheet'].unwrap()}")
