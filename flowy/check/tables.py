"""Calls and names that a rule is about, beyond those that the guards know."""

from flowy.determinism.calls import FUNCTIONS, METHODS
from flowy.determinism.rules import (
    CHANCE,
    CLOCK,
    ENVIRONMENT,
    FILES,
    NETWORK,
    SUBPROCESS,
    THREADS,
    Rule,
)


def _of(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


CALLS: dict[str, Rule] = {
    **FUNCTIONS,
    **METHODS,
    **_of(CLOCK, "arrow.now arrow.utcnow django.utils.timezone.now pendulum.now pendulum.today"),
    **_of(CHANCE, "random.SystemRandom random.seed numpy.random.default_rng"),
    **_of(
        ENVIRONMENT,
        "os.getenv os.getpid os.getppid os.cpu_count os.getcwd os.uname platform.node "
        "platform.platform platform.system getpass.getuser",
    ),
    **_of(
        FILES,
        "open input io.open os.open os.listdir os.scandir os.walk os.stat os.remove os.unlink "
        "os.rename os.replace os.mkdir os.makedirs os.rmdir os.chmod os.utime os.path.exists "
        "os.path.isfile os.path.isdir os.path.getsize os.path.getmtime glob.glob glob.iglob "
        "sqlite3.connect fileinput.input",
    ),
    **_of(
        SUBPROCESS,
        "os.system os.popen os.fork os.posix_spawn os.execv os.execve os.execvp os.spawnv "
        "os.kill pty.spawn asyncio.create_subprocess_exec asyncio.create_subprocess_shell",
    ),
    **_of(
        THREADS,
        "threading.Thread threading.Timer _thread.start_new_thread asyncio.to_thread asyncio.run "
        "asyncio.new_event_loop concurrent.futures.ThreadPoolExecutor "
        "concurrent.futures.ProcessPoolExecutor",
    ),
    **_of(NETWORK, "asyncio.open_connection asyncio.start_server"),
}
"""By dotted name."""

MODULES: dict[str, Rule] = {
    **_of(CHANCE, "numpy.random secrets"),
    **_of(FILES, "shutil tempfile"),
    **_of(SUBPROCESS, "subprocess multiprocessing"),
    **_of(
        NETWORK,
        "aiohttp asyncpg boto3 ftplib grpc http.client httpx imaplib paramiko psycopg psycopg2 "
        "pymongo redis requests smtplib socket ssl telnetlib urllib.request urllib3 websockets",
    ),
}
"""Modules of which every call is meant."""

HARMLESS = frozenset(
    {
        "multiprocessing.cpu_count",
        "socket.inet_aton",
        "socket.inet_ntoa",
        "socket.inet_ntop",
        "socket.inet_pton",
        "socket.htons",
        "socket.ntohs",
        "urllib.request.quote",
        "urllib.request.unquote",
    }
)
"""Calls of those modules that only compute."""

PATH_METHODS = frozenset({"iterdir", "read_bytes", "read_text", "write_bytes", "write_text"})
"""Methods that only paths have, as a rule; on whatever but ``self`` they are a file's."""

ATTRIBUTES: dict[str, Rule] = _of(ENVIRONMENT, "os.environ os.environb sys.argv sys.platform")
"""Names that are read rather than called."""

COROUTINES = frozenset({"asyncio.sleep", "asyncio.wait", "asyncio.wait_for"})
"""Functions that do nothing unless they are awaited."""
