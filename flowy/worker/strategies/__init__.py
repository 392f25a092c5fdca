"""Ways to run an activity's code."""
