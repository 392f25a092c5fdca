"""Amazon resource names of domains."""

import re

REGION = "us-east-1"
ACCOUNT = "123456789012"

_ARN = re.compile(r"arn:aws[a-z-]*:swf:[a-z0-9-]+:[0-9]+:/domain/(?P<name>.+)", re.DOTALL)


def domain_arn(name: str) -> str:
    """Return the resource name of a domain."""
    return f"arn:aws:swf:{REGION}:{ACCOUNT}:/domain/{name}"


def domain_name(arn: str) -> str | None:
    """Return the name of the domain that a resource name is of, None when it is of none."""
    found = _ARN.fullmatch(arn)
    return found["name"] if found else None
