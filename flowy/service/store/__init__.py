"""Where the service keeps its things; rows and values, no rules."""
