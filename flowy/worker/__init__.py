"""The shell around the decider and around activities: poll, carry out, answer."""
