"""Each rule of the static check: what it finds, and what it leaves alone."""

import textwrap

import pytest

from flowy.check.checking import check
from flowy.determinism.rules import RULES
from flowy.errors import DefinitionError

HEAD = """\
import asyncio, contextlib, datetime as dt, os, random, socket, subprocess, threading, time, uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from time import time as current
import requests
import flowy
from flowy import Activity, ActivityProxy, Workflow, workflow

SEEN = []
COUNTS = defaultdict(int)
LIMIT = 3
_total = 0


async def pause():
    await asyncio.sleep(1)


@workflow("Order", 1, "shop")
class Order(Workflow):
    act = ActivityProxy("Act", 1)
    go = Signal()
    told = Signal[int]("told")
    names = []

    async def step(self):
        return await self.act()

"""

FOUND = {
    "FLW101": [
        "time.time()",
        "current()",
        "datetime.now()",
        "dt.datetime.utcnow()",
        "dt.date.today()",
        "time.localtime()",
        "self.act(when=datetime.now(dt.UTC))",
        "(lambda: time.monotonic())()",
    ],
    "FLW102": ["time.sleep(3)"],
    "FLW103": [
        "random.random()",
        "random.Random()",
        "os.urandom(3)",
        "__import__('x') or random.choice([1])",
    ],
    "FLW104": ["uuid.uuid4()", "str(uuid.uuid1())"],
    "FLW105": ["os.environ['HOME']", "os.environ.get('HOME')", "os.getenv('HOME')", "os.getpid()"],
    "FLW201": [
        "requests.get('http://example.org')",
        "socket.socket()",
        "asyncio.open_connection('a', 1)",
    ],
    "FLW202": [
        "threading.Thread(target=print).start()",
        "ThreadPoolExecutor(3)",
        "await asyncio.to_thread(print)",
        "asyncio.get_running_loop().run_in_executor(None, print)",
    ],
    "FLW203": ["open('x')", "Path('x').read_text()", "os.listdir('.')", "os.path.exists('x')"],
    "FLW204": ["subprocess.run(['ls'])", "os.system('ls')"],
    "FLW301": [
        "[self.act(x) for x in {'a', 'b'}]",
        "list(set(order))",
        "','.join({str(x) for x in order})",
        "s = set(order)\nfor x in s: self.act(x)",
        "s = set(order)\nfor x in s | {'c'}: self.act(x)",
        "s = set(order)\ns.pop()",
        "print(*set(order))",
    ],
    "FLW302": ["id(order)", "hash(order)", "sorted(order, key=id)", "max(order, key=hash)"],
    "FLW303": [
        "SEEN.append(order)",
        "COUNTS[order] += 1",
        "global _total\n_total += 1",
        "type(self).total = 3",
        "Order.total = 3",
        "self.names.append(order)",
        "del SEEN[0]",
    ],
    "FLW401": [
        "try:\n    await self.act()\nexcept BaseException:\n    pass",
        "try:\n    await self.act()\nexcept:\n    x = 1",
        "try:\n    await self.act()\nexcept asyncio.CancelledError:\n    pass",
        "with contextlib.suppress(BaseException):\n    await self.act()",
    ],
    "FLW402": ["self.step()", "asyncio.sleep(3)", "pause()"],
    "FLW403": ["self.sleep(3)"],
    "FLW404": ["self.act().result()", "x = self.sleep(3).result()"],
    "FLW405": [
        "if self.act(): pass",
        "while not self.act(order): pass",
        "x = 1 if self.act() else 2",
        "x = self.act() or 5",
        "x = self.act() == 5",
        "x = self.act() + 1",
        "x = self.act()[0]",
        "x = f'{self.act()}'",
        "x = str(self.act())",
        "for x in self.act(): pass",
        "if self.told.get() > 3: pass",
        "assert self.go.get()",
    ],
}
LEFT_ALONE = [
    "self.now(); self.random.random(); self.uuid4()",
    "self.side_effect(time.time)",
    "self.side_effect(lambda: random.random())",
    "def draw():\n    return random.random()\nself.side_effect(draw)",
    "with flowy.unguarded():\n    time.time()",
    "time.time()  # flowy: ignore",
    "time.time()  # flowy: ignore[FLW101]",
    "time.time()  # flowy: ignore[FLW203, FLW101]",
    "self.act(\n    time.time(),  # flowy: ignore[FLW101]\n)",
    "time.localtime(0)",
    "random.Random(7).random()",
    "time = self.clock; time.time()",
    "uuid.uuid5(uuid.NAMESPACE_DNS, 'x')",
    "sorted(set(order))",
    "len({x for x in order})",
    "sum(x for x in set(order))",
    "for x in sorted(set(order)): self.act(x)",
    "for x in {1, 2, 3}: self.act(x)",
    "any(x in order for x in set(order))",
    "if order in {'a', 'b'}: self.act()",
    "seen = []; seen.append(order)",
    "SEEN = []; SEEN.append(order)",
    "self.done = []; self.done.append(order)",
    "counts = dict(COUNTS); counts['x'] = LIMIT",
    "await self.step()",
    "x = self.step(); await x",
    "await asyncio.gather(self.step(), self.step())",
    "self.act(order)",
    "await self.sleep(3)",
    "timer = self.sleep(3)",
    "if await self.act(): pass",
    "x = (await self.act()) + 1",
    "x = f'{await self.act()}'",
    "x = self.act() is None",
    "if self.go: pass",
    "if len(self.go): pass",
    "x = [self.act() for each in order]",
    "try:\n    await self.act()\nexcept BaseException:\n    raise",
    "try:\n    await self.act()\nexcept Exception:\n    pass",
    "try:\n    await self.act()\nexcept asyncio.CancelledError:\n    await self.act('undo')",
    "t = asyncio.create_task(self.step())\nt.cancel()\n"
    "try:\n    await t\nexcept asyncio.CancelledError:\n    pass",
    "threading.Lock()",
    "Path('a').parent / 'b'",
    "asyncio.get_running_loop().time()",
]


def findings(tmp_path, body, head=HEAD, **options):
    file = tmp_path / "order.py"
    code = textwrap.indent(body, " " * 8)
    file.write_text(f"{head}    async def run(self, order):\n{code}\n")
    return check([str(file)], **options).findings


@pytest.mark.parametrize(
    ("code", "body"), [(code, body) for code, bodies in FOUND.items() for body in bodies]
)
def test_a_rule_finds(code, body, tmp_path):
    found = findings(tmp_path, body)
    assert code in {finding.code for finding in found}
    assert {finding.function for finding in found} == {"Order.run"}


@pytest.mark.parametrize("body", LEFT_ALONE)
def test_no_rule_minds(body, tmp_path):
    assert findings(tmp_path, body) == []


def test_every_rule_is_tried():
    assert set(FOUND) == set(RULES)


def test_a_finding_names_file_line_column_and_the_replacement(tmp_path):
    (finding,) = findings(tmp_path, "x = 1\ny = time.time()")
    assert finding.path == str(tmp_path / "order.py")
    assert finding.line == len(HEAD.splitlines()) + 3
    assert finding.column == 13
    assert finding.message == "clock: time.time(); a replay reads another time: use self.now()"


def write(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return tmp_path


def test_helpers_are_followed_in_the_module_and_over_modules(tmp_path):
    write(
        tmp_path,
        shop___init_="",
        shop__flows="""
            from flowy import Workflow, workflow
            from .clocks import stamp
            from shop import clocks as c

            @workflow("Order", 1, "shop")
            class Order(Workflow):
                def run(self):
                    return near(), stamp(), c.far()

            def near():
                return nearer()

            def nearer():
                import time
                return time.time()

            def not_called():
                import time
                return time.time()
        """,
        shop__clocks="""
            import time

            def stamp():
                return time.time()

            def far():
                return [time.time() for _ in range(3)]

            def unused():
                return time.time()
        """,
    )
    (tmp_path / "shop" / "__init__.py").write_text("")
    found = check([str(tmp_path / "shop")]).findings
    assert {(each.function, each.reached_from) for each in found} == {
        ("far", "Order.run"),
        ("nearer", "Order.run"),
        ("stamp", "Order.run"),
    }


def test_activities_and_other_code_may_do_anything(tmp_path):
    write(
        tmp_path,
        work="""
            import time
            from flowy import Activity, activity

            @activity("Work", 1, "shop")
            class Work(Activity):
                def run(self):
                    return time.time()

            def main():
                return time.time()
        """,
    )
    assert check([str(tmp_path / "work.py")]).findings == []


def test_what_a_workflow_inherits_is_its_code_too(tmp_path):
    write(
        tmp_path,
        flows="""
            import time
            from flowy import Workflow

            class Base(Workflow):
                def stamp(self):
                    return time.time()

            class Derived(Base):
                def run(self):
                    return self.stamp()
        """,
    )
    (finding,) = check([str(tmp_path / "flows.py")]).findings
    assert finding.function == "Base.stamp"


def test_a_workflow_may_be_a_function(tmp_path):
    write(
        tmp_path,
        flows="""
            import time
            from flowy import workflow

            @workflow("Order", 1, "shop")
            async def order(wf, sku):
                wf.sleep(3)
                wf.sleep(3).result()
                return stamp()

            def stamp():
                return time.time()
        """,
    )
    found = check([str(tmp_path / "flows.py")]).findings
    assert [(each.code, each.function) for each in found] == [
        ("FLW403", "order"),
        ("FLW404", "order"),
        ("FLW101", "stamp"),
    ]


def test_rules_are_selected_and_ignored_by_the_beginning_of_their_codes(tmp_path):
    body = "time.time(); random.random(); open('x')"
    assert {f.code for f in findings(tmp_path, body, select=["FLW1"])} == {"FLW101", "FLW103"}
    assert {f.code for f in findings(tmp_path, body, ignore=["FLW1"])} == {"FLW203"}
    chosen = findings(tmp_path, body, select=["FLW1"], ignore=["FLW103"])
    assert {f.code for f in chosen} == {"FLW101"}


def test_a_rule_or_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DefinitionError, match="FLX1"):
        check([str(tmp_path)], select=["FLX1"])
    with pytest.raises(DefinitionError, match="no_such_thing_here"):
        check(["no_such_thing_here"])


def test_a_module_is_found_by_its_name():
    report = check(["examples.images.workflows"])
    assert report.functions > 0
    assert report.findings == []


def test_a_file_that_is_not_python_is_told_and_the_others_are_checked(tmp_path):
    write(tmp_path, broken="def (", fine="x = 1")
    report = check([str(tmp_path)])
    assert len(report.unread) == 1
    assert "broken.py" in report.unread[0]


def test_workflows_are_found_where_all_of_flowy_is_imported(tmp_path):
    write(
        tmp_path,
        flows="""
            from flowy import *
            from os.path import *

            @workflow("Order", 1, "shop")
            class Order(Workflow):
                act = ActivityProxy("Act", 1)

                def run(self):
                    if self.act():
                        input()
        """,
    )
    found = check([str(tmp_path / "flows.py")]).findings
    assert [each.code for each in found] == ["FLW405", "FLW203"]
