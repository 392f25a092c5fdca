"""Makes the project, runs its scripts, and shows what came of the scans."""

import sys
from pathlib import Path

from flowy.project import Monitor, MonitorOptions, Project, create_project

SCRIPTS = ("import_scans", "measure_length", "measure_depth", "report")
SCANS = {"knee.txt": "3 14 15 9", "hip.txt": "26 5 35"}


def make(folder: Path, url: str) -> Project:
    """Make the project in a folder, with its scripts and some scans."""
    project = create_project("scans", folder, url=url)
    for script in SCRIPTS:
        project.import_script(Path(__file__).parent / "scripts" / f"{script}.py")
    scans = folder / "incoming"
    scans.mkdir()
    for name, points in SCANS.items():
        (scans / name).write_text(points)
    return project


def run(folder: Path, url: str) -> list[str]:
    """Run the scripts and return the report."""
    with make(folder, url) as project:
        project.run_script("import_scans", {"path": "incoming"})
        Monitor(project, MonitorOptions(cores=2, sleep=0.2)).run(drain=True)
        print(project.list_processes())
        report = project.processes("report")[0].get_workspace("report")
        for step in project.lineage(report).ancestors:
            print(f"the report came from process {step.process.id}, {step.process.label}")
        with report.open_file("report.txt") as file:
            return file.read().splitlines()


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else "scans-project").absolute()
    place.mkdir(parents=True)
    print("\n".join(run(place, f"sqlite:///{place / 'projects.db'}")))
