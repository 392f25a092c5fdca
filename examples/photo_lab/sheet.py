"""A graph of processes: tiles are made in processes of their own, and joined in a thread."""

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from flowy.listening import RunListener
from flowy.process import BaseProcess, ProcessConfig, ProcessId, ProcessType, Workflow

TILE = 160
COLUMNS = 5


class Tile(BaseProcess):
    """Makes a square tile of a photograph."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ProcessConfig(
                process_id=ProcessId("tile", number), process_type=ProcessType.PROCESS, timeout=60
            )
        )

    def process(self, input_data: Any) -> bytes:
        """Return the pixels of the tile."""
        with Image.open(input_data) as image:
            return ImageOps.fit(image.convert("RGB"), (TILE, TILE)).tobytes()


class Sheet(BaseProcess):
    """Joins tiles to a contact sheet."""

    def __init__(self, target: Path, count: int) -> None:
        super().__init__(ProcessConfig(process_id="sheet", process_type=ProcessType.THREAD))
        self.target = target
        self.count = count

    def process(self, input_data: Any) -> str:
        """Return the path of the sheet."""
        rows = -(-self.count // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * TILE, rows * TILE), "white")
        for number in range(self.count):
            pixels = self.get_process_result(input_data, ProcessId("tile", number))
            tile = Image.frombytes("RGB", (TILE, TILE), pixels)
            sheet.paste(tile, (number % COLUMNS * TILE, number // COLUMNS * TILE))
        sheet.save(self.target)
        return str(self.target)


def graph(count: int, target: Path, catalog: RunListener | None = None) -> Workflow:
    """Return the graph for so many photographs; each run of it is a run of the catalogue."""
    workflow = Workflow(max_processes=2, process_id="contact sheet", catalog=catalog)
    for number in range(count):
        Tile(number).register_to(workflow)
    tiles = [ProcessId("tile", number) for number in range(count)]
    Sheet(target, count).register_to(workflow, tiles)
    return workflow
