"""A report from two sources: a graph of processes on all three strategies."""
