"""Time limits and retries on single processes."""

import asyncio
import signal

from flowy.process import BaseProcess, ProcessConfig, ProcessError, ProcessType, RetryStrategy


class Download(BaseProcess):
    """Fails as often as it is told to, as networks do."""

    def __init__(self, failures):
        retries = RetryStrategy(max_retries=3, delay_seconds=0.05, backoff_factor=2.0)
        super().__init__(ProcessConfig(process_id="download", retry_strategy=retries, timeout=10))
        self.failures = failures

    async def process(self, input_data):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("connection reset")
        return f"content of {input_data}"


class Compute(BaseProcess):
    """Never ends by itself."""

    def __init__(self, timeout):
        super().__init__(
            ProcessConfig(process_id="compute", process_type=ProcessType.PROCESS, timeout=timeout)
        )

    def process(self, input_data):
        signal.pause()


async def story() -> list[str]:
    """Run both and return what there is to tell."""
    download = Download(failures=2)
    result = await download.run("https://example.org")
    lines = [f"{result.unwrap()}, after {download.metadata.retries} retries"]
    computed = await Compute(timeout=0.5).run(None)
    try:
        computed.unwrap()
    except ProcessError as error:
        lines.append(str(error))
    return lines


if __name__ == "__main__":
    print("\n".join(asyncio.run(story())))
