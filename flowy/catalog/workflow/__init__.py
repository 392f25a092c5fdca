"""States of runs."""
