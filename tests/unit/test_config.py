"""Arguments come before the environment, and that before the defaults."""

import pytest

from flowy import config


@pytest.mark.parametrize(
    ("environment", "address", "expected"),
    [
        ({}, None, "sqlite:///flowy.db"),
        ({"AWS_ENDPOINT_URL_SWF": "http://b"}, None, "http://b"),
        ({"FLOWY_ENDPOINT": "http://a", "AWS_ENDPOINT_URL_SWF": "http://b"}, None, "http://a"),
        ({"FLOWY_ENDPOINT": "", "AWS_ENDPOINT_URL_SWF": "http://b"}, None, "http://b"),
        ({"FLOWY_ENDPOINT": "http://a"}, "http://c", "http://c"),
    ],
)
def test_the_address(environment, address, expected):
    assert config.settings(environment, address, None).address == expected


@pytest.mark.parametrize(
    ("environment", "domain", "expected"),
    [
        ({}, None, "default"),
        ({"FLOWY_DOMAIN": "photos"}, None, "photos"),
        ({"FLOWY_DOMAIN": "photos"}, "shop", "shop"),
    ],
)
def test_the_domain(environment, domain, expected):
    assert config.settings(environment, None, domain).domain == expected


def test_the_variables_are_those_of_connect():
    from flowy.swf import connect

    assert config.ADDRESS_VARIABLES == (connect.FLOWY_ENDPOINT, connect.AWS_ENDPOINT)
