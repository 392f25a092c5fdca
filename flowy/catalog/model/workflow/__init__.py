"""States of runs under the documented path."""
