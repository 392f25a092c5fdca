"""What commands that go on for long say: log lines on the standard error."""

import logging


def log_to_stderr(verbose: bool) -> None:
    """Log to the standard error, with the time.

    Args:
        verbose: Log everything.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
