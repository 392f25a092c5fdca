"""Time limits and retries on single processes."""
