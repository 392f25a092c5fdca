"""For tests: boto3 clients and workflows on a service in memory, with a clock that is moved."""

from flowy.testing.aws import Swf, swf
from flowy.testing.environment import Environment

__all__ = ["Environment", "Swf", "swf"]
