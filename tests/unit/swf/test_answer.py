"""An HTTP answer is read whole, however it comes and however it is framed."""

import http.client

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.swf.answer import MOST_HEAD, read_answer

BODY = b'{"taskToken":"\r\n\r\n"}'
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: x\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
CLOSING = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n2\r\nfg\r\n0\r\n\r\n"
UNTIL_CLOSED = b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>"
INFORMED = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

ANSWERS = {
    PLAIN: (200, BODY, False),
    CLOSING: (400, b"{}", True),
    CHUNKED: (200, b"abcdefg", False),
    UNTIL_CLOSED: (502, b"<html>", True),
    INFORMED: (200, BODY, False),
    EMPTY: (200, b"", False),
}


class Pieces:
    """A socket that gives its bytes in pieces, and then says that it was closed."""

    def __init__(self, data, sizes):
        self._data = data
        self._sizes = iter(sizes)

    def recv(self, most):
        size = min(most, next(self._sizes, most))
        piece, self._data = self._data[:size], self._data[size:]
        return piece

    def recv_into(self, buffer):
        piece = self.recv(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@given(
    data=st.sampled_from(sorted(ANSWERS)),
    sizes=st.lists(st.integers(1, 40), max_size=100),
)
def test_it_does_not_matter_in_what_pieces_an_answer_comes(data, sizes):
    assert tuple(read_answer(Pieces(data, sizes))) == ANSWERS[data]


@given(data=st.sampled_from([PLAIN, CLOSING, EMPTY]), cut=st.integers(0, 10_000))
def test_half_an_answer_is_none(data, cut):
    with pytest.raises((http.client.HTTPException, OSError)):
        read_answer(Pieces(data[: cut % len(data)], [7] * 100))


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n\r\n", b"\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_not_http_is_no_answer(data):
    with pytest.raises((http.client.HTTPException, OSError)):
        read_answer(Pieces(data, []))


def test_a_head_without_an_end_is_given_up():
    with pytest.raises(http.client.HTTPException):
        read_answer(Pieces(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 2 * MOST_HEAD, []))
