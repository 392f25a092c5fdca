"""The scripts of a project: imported, added, deleted."""

import shutil
from pathlib import Path

from flowy.db.session import Session
from flowy.project import growing, tree
from flowy.project.holding import Holding
from flowy.project.modules import declaration
from flowy.project.script import Script
from flowy.project.store import folder_notes, projects, scripts
from flowy.project.store.scripts import SCRIPTS


class HoldingScripts(Holding):
    """What a project does with its scripts."""

    def import_script(
        self, path: str | Path, script_id: str | None = None, rerun_processes: bool = False
    ) -> Script:
        """Take a script into the project, or take it again; it says about itself what it needs.

        Processes of the scripts that it depends on get their children at once: queued if they have
        ended, else waiting.

        Args:
            path: The file.
            script_id: Its label; by default the file's own ``script_id``, else its name.
            rerun_processes: Queue the processes that the script has already.

        Raises:
            UnknownInProject: The file, a file that it needs, or a script that it depends on is
                missing.
            DefinitionError: The file says something about itself that cannot be.
        """
        file = Path(path).expanduser().absolute()
        label = script_id or declaration(file).script_id or file.stem
        is_new = self.read(lambda session: scripts.by_label(session, self.id, label)) is None
        script = Script(self, label, create=is_new)
        try:
            script.import_from(file)
        except BaseException:
            if is_new:
                self.delete_script(label)
            raise
        self._add_missing_children(label)
        if rerun_processes:
            for process in script.processes():
                process.queue()
        return script

    def new_script(self, label: str) -> Script:
        """Add a script without files.

        Raises:
            AlreadyInProject: There is one with this label.
        """
        return Script(self, label, create=True)

    def script(self, label: str) -> Script:
        """Return a script.

        Raises:
            UnknownInProject: There is none with this label.
        """
        return Script(self, label)

    def scripts(self) -> list[Script]:
        """Return all scripts in the order in which they were added."""
        found = self.read(lambda session: scripts.all_(session, self.id))
        return [Script(self, each.label) for each in found]

    def delete_script(self, label: str) -> None:
        """Delete a script and its files; its processes stay, and fail if they are queued."""
        script = self.script(label)

        def work(session: Session) -> None:
            scripts.forget(session, self.id, label)
            SCRIPTS.delete(session, self.id, id=script.id)
            folder_notes.end(session, self.id, "script", script.id)

        self.write(work)
        self.step("script row deleted")
        shutil.rmtree(script.directory, ignore_errors=True)
        self.step("script folder deleted")

    def trim_script_index(self) -> None:
        """Let the next script take the number after the highest in use."""
        self.write(lambda session: projects.trim(session, self.id, "last_script"))

    def _add_missing_children(self, label: str) -> None:
        growth = self.write(lambda session: tree.add_children(session, self.id, label))
        growing.settle(self, growth)
