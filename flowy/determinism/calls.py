"""The functions of the standard library that workflow code must not call, and the rule of each."""

from collections.abc import Iterable

from flowy.determinism.rules import CHANCE, CLOCK, SLEEP, UUID, Rule


def _of(module: str, rule: Rule, names: str) -> Iterable[tuple[str, Rule]]:
    return ((f"{module}.{name}", rule) for name in names.split())


FUNCTIONS: dict[str, Rule] = dict(
    [
        *_of(
            "time",
            CLOCK,
            "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time "
            "process_time_ns thread_time thread_time_ns",
        ),
        ("time.sleep", SLEEP),
        *_of(
            "random",
            CHANCE,
            "betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits "
            "lognormvariate normalvariate paretovariate randbytes randint random randrange sample "
            "shuffle triangular uniform vonmisesvariate weibullvariate",
        ),
        *_of("secrets", CHANCE, "choice randbelow randbits token_bytes token_hex token_urlsafe"),
        *_of("os", CHANCE, "getrandom urandom"),
        *_of("uuid", UUID, "uuid1 uuid4 uuid6 uuid7 uuid8"),
    ]
)
"""Functions that a guard can stand in front of, by their dotted names."""

NOW_WITHOUT_ARGUMENTS: dict[str, Rule] = dict(_of("time", CLOCK, "asctime ctime gmtime localtime"))
"""Functions that read the clock only when they are called without arguments."""

METHODS: dict[str, Rule] = {
    "datetime.datetime.now": CLOCK,
    "datetime.datetime.utcnow": CLOCK,
    "datetime.datetime.today": CLOCK,
    "datetime.date.today": CLOCK,
}
"""Methods of types written in C, which no guard can stand in front of."""
