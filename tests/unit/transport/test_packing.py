"""What travels in place of a text can be turned back into it, and says so when it cannot."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import PayloadError, PayloadLost, PayloadTooLarge, PayloadUnavailable
from flowy.telemetry import PayloadMoved, Telemetry
from flowy.transport import compression, packed
from flowy.transport.packing import PACKING, Blob, Packing
from flowy.transport.serializer import MAXIMUM
from tests.noise import noise


class Kept:
    """Blobs in a dict."""

    def __init__(self):
        self.texts = {}
        self.fetched = 0

    def put(self, address, blob):
        self.texts[address] = blob

    def get(self, address):
        self.fetched += 1
        if address not in self.texts:
            raise PayloadLost(f"there is no {address}")
        return self.texts[address]


class Shift:
    """A codec that is no secret, and never the same twice."""

    name = "shift"

    def __init__(self, by=1, secret=b""):
        self.by = by
        self.secret = secret
        self.used = 0

    def encode(self, data):
        self.used += 1
        return bytes([self.by, self.used % 256]) + bytes((each + self.by) % 256 for each in data)

    def decode(self, data):
        if data[:1] != bytes([self.by]):
            raise ValueError("wrong key")
        return bytes((each - self.by) % 256 for each in data[2:])


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
long_texts = st.builds(lambda text, times: text * times, texts, st.sampled_from([1, 500]))
packings = st.builds(
    lambda codec, threshold, compresses: Packing(
        codec=codec, blobs=Kept(), threshold=threshold, compresses=compresses
    ),
    st.none() | st.builds(Shift, st.integers(1, 255), st.binary(max_size=4)),
    st.sampled_from([0, 100, MAXIMUM]),
    st.booleans(),
)


@given(long_texts, packings)
def test_every_text_comes_back_and_fits_its_field(text, packing):
    travelling = packing.pack(text, "it")
    assert packing.unpack(travelling, "it") == text
    assert len(travelling) <= MAXIMUM
    assert packing.same(travelling, packing.pack(text, "it", stores=False))
    assert json.loads(travelling) if packed.is_packed(travelling) else travelling == text


@given(long_texts, long_texts, packings)
def test_two_texts_are_the_same_only_when_they_are(one, other, packing):
    assert packing.same(packing.pack(one, "it"), packing.pack(other, "it")) == (one == other)


@given(texts, st.text(" \t\n\r", max_size=300))
def test_what_is_carried_behind_a_packed_text_does_not_matter(text, carried):
    packing = Packing(codec=Shift())
    travelling = packing.pack(text, "it") + carried
    assert packing.unpack(travelling, "it") == text
    assert packing.same(travelling, packing.pack(text, "it"))


@given(texts)
def test_a_text_that_fits_is_left_as_any_client_of_swf_reads_it(text):
    assert PACKING.pack(text, "it") == text
    assert PACKING.unpack(text, "it") == text


def test_a_text_that_looks_packed_is_no_reference_to_anything():
    text = packed.reference(5, "0" * 64)
    travelling = PACKING.pack(text, "it")
    assert travelling != text
    assert PACKING.unpack(travelling, "it") == text


def test_the_limit_is_swfs():
    assert PACKING.pack("x" * MAXIMUM, "it") == "x" * MAXIMUM
    longer = PACKING.pack("x" * (MAXIMUM + 1), "it")
    assert json.loads(longer)["flowy.payload"] == "zstd"
    assert PACKING.unpack(longer, "it") == "x" * (MAXIMUM + 1)


def test_the_same_text_makes_the_same_reference_everywhere():
    text = noise(100_000)
    one, other = Packing(blobs=Kept()), Packing(blobs=Kept(), compresses=False)
    assert one.pack(text, "it") == other.pack(text, "it") == one.pack(text, "it", stores=False)


def test_nothing_is_stored_or_fetched_where_that_is_not_asked_for():
    blobs = Kept()
    packing = Packing(blobs=blobs)
    text = noise(100_000)
    named = packing.pack(text, "it", stores=False)
    assert not blobs.texts
    assert packing.same(named, packing.pack(text, "it"))
    assert not packing.same(named, packing.pack(noise(100_000, seed=1), "it"))
    assert not blobs.fetched


def test_a_secret_hides_what_an_address_stands_for():
    text = noise(100_000)
    packings = [Packing(blobs=Kept(), codec=Shift(secret=secret)) for secret in (b"", b"a", b"b")]
    assert len({packing.pack(text, "it") for packing in packings}) == 3


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (json.dumps([[1, noise(60_000)], {}]), "argument 2 of Resize 1 has 60,002 characters"),
        (json.dumps([[], {"picture": noise(60_000)}]), "argument picture of Resize 1 has 60,002"),
        (json.dumps([[noise(30_000), noise(30_000, 1)], {}]), "the arguments of Resize 1 has 60,"),
        (noise(60_000), "the arguments of Resize 1 has 60,000"),
    ],
)
def test_what_is_too_large_is_named_with_what_to_do(text, named):
    with pytest.raises(PayloadTooLarge, match=named) as caught:
        PACKING.pack(text, "the arguments of Resize 1")
    assert "FLOWY_PAYLOADS" in str(caught.value)


def test_a_text_over_the_largest_size_is_refused_in_both_directions():
    small, large = Packing(largest=50_000), Packing()
    with pytest.raises(PayloadTooLarge, match="at most 50,000 bytes travel"):
        small.pack("x" * 50_001, "it")
    with pytest.raises(PayloadLost, match="claims 50,001 bytes"):
        small.unpack(large.pack("x" * 50_001, "it"), "it")


@pytest.mark.parametrize("text", [None, 5, b"bytes", "\ud800", "\ud800" * 40_000])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(PayloadError, match="the result of Resize 1"):
        PACKING.pack(text, "the result of Resize 1")


def bombed():
    """Say that five bytes come out where there are many."""
    data = compression.compress(b"x" * 1_000_000)
    return packed.inline("zstd", 5, data, MAXIMUM)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"flowy.payload":', "is none"),
        ('{"flowy.payload":"zstd","size":5}', "neither a reference nor holds data"),
        ('{"flowy.payload":"zstd","size":5,"data":"???"}', "base64 is damaged"),
        ('{"flowy.payload":"zstd","size":5,"data":"AAAA"}', "damaged"),
        ('{"flowy.payload":"plain","size":5,"data":"AAAA"}', "3 bytes and not 5"),
        ('{"flowy.payload":"plain","size":3,"data":"////"}', "not text"),
        ('{"flowy.payload":"rot13","size":3,"data":"AAAA"}', "codec 'rot13', and here is none"),
        (packed.reference(5, "0" * 64), "on a volume, and none is given here: set FLOWY_PAYLOADS"),
        (bombed(), "claims to become 1,000,000 bytes and not 5"),
    ],
)
def test_what_cannot_be_read_says_why(text, said):
    with pytest.raises(PayloadLost, match="the input of Resize 1 cannot be read") as caught:
        PACKING.unpack(text, "the input of Resize 1")
    assert said in str(caught.value)


def test_a_codec_with_the_wrong_key_says_so():
    text = Packing(codec=Shift(1)).pack("secret", "it")
    with pytest.raises(PayloadLost, match=r"codec 'shift' cannot decode it \(ValueError wrong key"):
        Packing(codec=Shift(2)).unpack(text, "it")


def test_a_volume_with_another_text_under_an_address_is_not_believed():
    blobs = Kept()
    packing = Packing(blobs=blobs)
    one, other = (packing.pack(noise(50_000, seed), "it") for seed in (1, 2))
    first, second = (packed.read(each).sha256 for each in (one, other))
    blobs.texts[first] = blobs.texts[second]
    with pytest.raises(PayloadLost, match="is another text"):
        packing.unpack(one, "it")


def test_a_text_that_is_gone_is_lost_and_one_behind_a_broken_volume_only_away():
    class Broken(Kept):
        def get(self, address):
            raise PayloadUnavailable("the volume is gone")

    text = Packing(blobs=Kept()).pack(noise(50_000), "it")
    with pytest.raises(PayloadLost, match="it cannot be read: there is no"):
        Packing(blobs=Kept()).unpack(text, "it")
    with pytest.raises(PayloadUnavailable, match="it cannot be read: the volume is gone"):
        Packing(blobs=Broken()).unpack(text, "it")


def test_texts_written_in_another_way_are_still_read():
    text = noise(50_000)
    blobs = Kept()
    written = Packing(blobs=blobs, compresses=False, threshold=100).pack(text, "it")
    assert blobs.texts[packed.read(written).sha256] == Blob("plain", text.encode())
    assert Packing(blobs=blobs).unpack(written, "it") == text


def test_what_is_packed_into_a_field_is_told():
    heard = []
    packing = Packing(telemetry=Telemetry(heard.append))
    packing.unpack(packing.pack("x" * 50_000, "it"), "it")
    packing.unpack(packing.pack("x", "it"), "it")
    assert [(each.direction, each.place, each.size) for each in heard] == [
        ("out", "inline", 50_000),
        ("in", "inline", 50_000),
    ]
    assert all(isinstance(each, PayloadMoved) for each in heard)


@given(long_texts, packings)
def test_what_travels_is_its_own_packed_form(text, packing):
    if packing.travels(text):
        assert packing.pack(text, "it") == text
    assert not packing.travels(text) or len(text) <= packing.threshold
