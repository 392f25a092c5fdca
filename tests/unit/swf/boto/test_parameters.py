"""Arguments are checked and reported as botocore checks and reports them."""

import datetime as dt
import re

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.protocol.operations import OPERATIONS
from flowy.swf.boto import parameters

MODEL = ServiceModel(Loader().load_service_model("swf", "service-2"), "swf")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2000),
    st.floats(0, 1e9),
    st.sampled_from(["", "x", "NONE", "REGISTERED", "2026-01-01T00:00:00"]),
    st.just(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
)


def members_of(shape, depth=0):
    """Draw arguments that are right, wrong, missing or unknown, near what a shape wants."""
    names = {name: near(member, depth) for name, member in shape.members.items()}
    return st.fixed_dictionaries({}, optional={**names, "unheardOf": SCALARS})


def near(shape, depth):
    if depth > 3:
        return SCALARS
    if shape.type_name == "structure":
        return members_of(shape, depth + 1) | SCALARS
    if shape.type_name == "list":
        return st.lists(near(shape.member, depth + 1), max_size=2) | SCALARS
    return SCALARS


def normal(report):
    """Sort the known names and the lines: their order is that of the model's file."""
    lines = []
    for line in report.splitlines():
        head, separator, names = line.partition("must be one of: ")
        lines.append(head + separator + ", ".join(sorted(names.split(", "))))
    return sorted(lines)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_reports_are_those_of_botocore(operation):
    shape = MODEL.operation_model(operation).input_shape

    @settings(max_examples=30, deadline=None)
    @given(members_of(shape))
    def check(given_parameters):
        theirs = ParamValidator().validate(given_parameters, shape).generate_report()
        ours = parameters.report(OPERATIONS[operation], given_parameters)
        assert normal(ours) == normal(theirs)

    check()


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 2, 5, 4, 5, 999, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC).timestamp(),
        str(int(dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC).timestamp())),
        "2026-01-02T03:04:05Z",
        "2026-01-02T05:04:05+02:00",
    ],
    ids=str,
)
def test_timestamps_are_taken_in_every_form(moment):
    given_parameters = {"domain": "d", "startTimeFilter": {"oldestDate": moment}}
    cls = OPERATIONS["ListOpenWorkflowExecutions"]
    assert parameters.report(cls, given_parameters) == ""
    body = parameters.body(parameters.with_timestamps(cls, given_parameters))
    assert body["startTimeFilter"]["oldestDate"] == 1_767_323_045
    assert body["domain"] == "d"


def test_a_report_has_a_line_for_each_wrong_parameter():
    report = parameters.report(OPERATIONS["DescribeDomain"], {"nam": "d"})
    assert re.fullmatch(
        'Missing required parameter in input: "name"\n'
        'Unknown parameter in input: "nam", must be one of: name',
        report,
    )
