"""Workflow code that does what a replay cannot repeat, in every way that there is."""

import asyncio
import datetime as dt
import functools
import glob
import logging
import os
import pathlib
import random
import secrets
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from random import randint
from time import monotonic as clock
from uuid import uuid4

HERE = pathlib.Path(__file__)


def helper():
    return time.time()


CLOCK = {
    "time.time": lambda: time.time(),
    "time.time_ns": lambda: time.time_ns(),
    "from time import monotonic": lambda: clock(),
    "time.perf_counter": lambda: time.perf_counter(),
    "time.gmtime()": lambda: time.gmtime(),
    "a helper": lambda: helper(),
    "partial": lambda: functools.partial(time.time)(),
    "by map": lambda: list(map(lambda _: time.time(), [1])),
}
SLEEP = {"time.sleep": lambda: time.sleep(0)}
CHANCE = {
    "random.random": lambda: random.random(),
    "from random import randint": lambda: randint(1, 6),
    "random.shuffle": lambda: random.shuffle([1, 2]),
    "secrets.token_hex": lambda: secrets.token_hex(),
    "os.urandom": lambda: os.urandom(4),
}
UUIDS = {
    "uuid.uuid4": lambda: uuid.uuid4(),
    "from uuid import uuid4": lambda: uuid4(),
    "uuid.uuid1": lambda: uuid.uuid1(),
}
NETWORK = {
    "socket": lambda: socket.socket(),
    "create_connection": lambda: socket.create_connection(("127.0.0.1", 9)),
    "urlopen": lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    "getaddrinfo": lambda: socket.getaddrinfo("localhost", 80),
}
THREADS = {
    "Thread": lambda: threading.Thread(target=print).start(),
    "ThreadPoolExecutor": lambda: ThreadPoolExecutor(1).submit(print),
    "Timer": lambda: threading.Timer(1, print).start(),
}
FILES = {
    "open": lambda: open(HERE),
    "Path.read_text": lambda: HERE.read_text(),
    "os.open": lambda: os.open(HERE, os.O_RDONLY),
    "os.listdir": lambda: os.listdir("."),
    "Path.iterdir": lambda: list(HERE.parent.iterdir()),
    "glob": lambda: glob.glob("*.py"),
    "mkdtemp": lambda: tempfile.mkdtemp(),
    "NamedTemporaryFile": lambda: tempfile.NamedTemporaryFile(),
    "sqlite3": lambda: sqlite3.connect(":memory:"),
    "shutil.copyfile": lambda: shutil.copyfile(HERE, HERE.with_suffix(".copy")),
    "os.rename": lambda: os.rename("no such file", "nor this"),
}
PROCESSES = {
    "subprocess.run": lambda: subprocess.run(["true"]),
    "os.system": lambda: os.system("true"),
}
FORBIDDEN = {
    "FLW101": CLOCK,
    "FLW102": SLEEP,
    "FLW103": CHANCE,
    "FLW104": UUIDS,
    "FLW201": NETWORK,
    "FLW202": THREADS,
    "FLW203": FILES,
    "FLW204": PROCESSES,
}
DATES = {
    "datetime.now": lambda: dt.datetime.now(),
    "datetime.now(UTC)": lambda: dt.datetime.now(dt.UTC),
    "datetime.today": lambda: dt.datetime.today(),
    "date.today": lambda: dt.date.today(),
}
ALLOWED = {
    "logging": lambda: logging.getLogger("flowy.test").warning("it is %s", "here"),
    "an import": lambda: __import__("this_is_not_there_at_all"),
    "time.gmtime of a moment": lambda: time.gmtime(0),
    "datetime.fromtimestamp": lambda: dt.datetime.fromtimestamp(0, dt.UTC),
    "a seeded Random": lambda: random.Random(7).random(),
    "os.environ": lambda: os.environ.get("HOME"),
    "uuid5": lambda: uuid.uuid5(uuid.NAMESPACE_DNS, "flowy"),
    "Path arithmetic": lambda: (HERE.parent / "x").suffix,
    "an asyncio lock": lambda: asyncio.Lock(),
}
