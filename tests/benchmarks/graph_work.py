"""The work of the graph benchmark: nothing, in forms that can be pickled."""

from flowy.process import BaseProcess


class Nothing(BaseProcess):
    def process(self, input_data):
        return len(input_data)


class NothingAsync(BaseProcess):
    async def process(self, input_data):
        return len(input_data)


def nothing(input_data):
    return len(input_data)


async def nothing_async(input_data):
    return len(input_data)
