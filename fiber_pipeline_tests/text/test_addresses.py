import pytest

from fiber_pipeline.text.addresses import is_loopback, secure_url


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:443", "[::1]"])
def test_this_machine(host: str):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "example.com", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "0.0.0.0"]
)
def test_another_machine(host: str):
    assert not is_loopback(host)


@pytest.mark.parametrize("url", ["https://a.example.com", "http://127.0.0.1:80", "http://localhost"])
def test_what_nobody_can_listen_to(url: str):
    assert secure_url(url) == url


@pytest.mark.parametrize(
    "url", ["http://a.example.com", "a.example.com", "https://", "ftp://a.example.com", "https:/a.com"]
)
def test_what_is_open_or_no_address(url: str):
    with pytest.raises(ValueError, match="https://"):
        secure_url(url)
