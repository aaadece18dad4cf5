import pytest

from fiber_pipeline.text.addresses import (
    FILES,
    HOST_OR_SERVICE,
    REDIS,
    SERVICE,
    WEBHOOK,
    AddressRule,
    check_host,
    host_of,
    is_loopback,
    shown,
    without_login,
)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:443", "[::1]", "::1", "0:0:0:0:0:0:0:1"],
)
def test_this_machine(host: str):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "10.0.0.1",
        "0.0.0.0",
        "::",
        "localhost.",
        "[",
    ],
)
def test_another_machine(host: str):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("redis://:planted@cache:6379/0", "redis://***@cache:6379/0"),
        ("rediss://fiber:planted@cache", "rediss://***@cache"),
        ("redis://:pl/an?t#e@d@cache:6379/0", "redis://***@cache:6379/0"),
        ('redis://:pla"nted@cache', "redis://***@cache"),
        ("redis://:planted no@cache", "redis://:*** no@cache"),
        ("https://planted@h/v1", "https://***@h/v1"),
        ("https://h/v1?api-key=planted&x=planted#planted=planted", "https://h/v1?api-key=***&x=***#planted=planted"),
        ("simplecache::ftp://u:planted@h/x", "simplecache::ftp://***@h/x"),
        ("s3:/key:planted@bucket/x", "s3:/***@bucket/x"),
        ("ducklake:postgresql://u:planted@h:5432/d", "ducklake:postgresql://***@h:5432/d"),
        ("abfs://box:planted@account/x", "abfs://***@account/x"),
        ("abfs://box@account.dfs.core.windows.net/x", "abfs://box@account.dfs.core.windows.net/x"),
        ("(URL('http://u:planted@h/x'),)", "(URL('http://***@h/x'),)"),
        ("see https://h/@me, or http://[::1]:80.", "see https://h/@me, or http://[::1]:80."),
        ("https://h:443: refused", "https://h:443: refused"),
        ("C:/Users/ana@oficina", "C:/Users/ana@oficina"),
        ("escriban a ana@example.com", "escriban a ana@example.com"),
    ],
)
def test_what_signs_in_is_not_shown(text: str, told: str):
    assert shown(text) == told
    assert shown(told) == told


@pytest.mark.parametrize(
    ("rule", "address"),
    [
        (SERVICE, "https://api.example.com/v1"),
        (SERVICE, "http://127.0.0.1:8000/v1"),
        (SERVICE, "http://[::1]:8000/v1"),
        (SERVICE, "http://localhost"),
        (SERVICE, "http://gpu-1:8000/v1"),
        (SERVICE, "HTTP://GPU-1/v1"),
        (WEBHOOK, "https://hooks.example.com/T0/B0?token=x"),
        (REDIS, "redis://:p@localhost:6379/0"),
        (REDIS, "rediss://fiber:p%2Fw@cache.example.com:6380/0"),
        (REDIS, "unix:///run/redis.sock?db=1"),
        (FILES, "data/inbox"),
        (FILES, "/srv/mis datos/ana@oficina"),
        (FILES, "s3://bucket/mis datos"),
        (FILES, "sftp://fiber:p@h/exports"),
        (FILES, "https://fiber:p@h/exports/"),
        (FILES, "abfs://box@account.dfs.core.windows.net/x"),
        (FILES, "simplecache::https://h/x"),
        (FILES, "http://gpu-1/x"),
        (HOST_OR_SERVICE, "translate-eu.googleapis.com:443"),
        (HOST_OR_SERVICE, "https://translate.example.com"),
        (HOST_OR_SERVICE, "127.0.0.1:80"),
        (HOST_OR_SERVICE, "http://[::1]:80"),
    ],
)
def test_what_may_be_used(rule: AddressRule, address: str):
    rule.check(address, ["Gpu-1"])


@pytest.mark.parametrize(
    ("rule", "address", "reason"),
    [
        (SERVICE, "http://api.example.com", "in the open"),
        (SERVICE, "HTTP://api.example.com", "in the open"),
        (SERVICE, "http://127.0.0.1.example.com", "in the open"),
        (SERVICE, "http://gpu-10:8000", "in the open"),
        (SERVICE, "http://0.0.0.0", "in the open"),
        (SERVICE, "http://localhost@api.example.com", "every request fail"),
        (SERVICE, "https://planted:planted@api.example.com", "every request fail"),
        (SERVICE, "https://planted@api.example.com", "every request fail"),
        (SERVICE, "https://api.example.com/v1?key=planted", "leave out"),
        (SERVICE, "https://api.example.com/v1#planted", "leave out"),
        (SERVICE, "api.example.com", "https://"),
        (SERVICE, "localhost:8000", "https://"),
        (SERVICE, "https://", "https://"),
        (SERVICE, "https:/api.example.com", "https://"),
        (SERVICE, "ftp://api.example.com", "https://"),
        (SERVICE, "https://[", "host is none"),
        (SERVICE, "http://localhost\\.example.com", "backslashes"),
        (SERVICE, "http://api.exa\tmple.com", "control"),
        (WEBHOOK, "http://hooks.example.com/T0", "in the open"),
        (WEBHOOK, "https://u:planted@hooks.example.com/T0", "every request fail"),
        (REDIS, "redis://cache.example.com:6379", "rediss://"),
        (REDIS, "redis://:planted@10.0.0.5/0", "rediss://"),
        (REDIS, "redis://:pla/nted@127.0.0.1/0", "%XX"),
        (REDIS, "memcached://127.0.0.1", "rediss://"),
        (FILES, "http://h/x", "in the open"),
        (FILES, "ftp://fiber:planted@h/x", "in the open"),
        (FILES, "simplecache::ftp://h/x", "in the open"),
        (FILES, "zip://*.csv::http://h/x.zip", "in the open"),
        (FILES, "s3://key:planted@bucket/x", "every request fail"),
        (FILES, "abfs://box:planted@account/x", "every request fail"),
        (HOST_OR_SERVICE, "http://translate.example.com", "in the open"),
        (HOST_OR_SERVICE, "u:planted@translate.example.com", "names of hosts"),
        (HOST_OR_SERVICE, "translate.example.com/v3", "names of hosts"),
    ],
)
def test_what_may_not_be_used_and_why(rule: AddressRule, address: str, reason: str):
    with pytest.raises(ValueError) as caught:
        rule.check(address, ["gpu-1"])
    assert reason in str(caught.value)
    assert "planted" not in str(caught.value)


def test_hosts():
    assert host_of("https://u:p@h:8/x") == "h:8"
    assert without_login("https://u:p%40@h:8/x?a=1") == ("https://h:8/x?a=1", ("u", "p@"))
    assert without_login("https://h/x") == ("https://h/x", None)
    for name in ("fiber.example.com", "10.0.0.5:8443", "[::1]:3000"):
        assert check_host(name) == name
    for name in ("https://h", "h/x", "u@h", "", "h:port", "*"):
        with pytest.raises(ValueError, match="names of hosts"):
            check_host(name)
