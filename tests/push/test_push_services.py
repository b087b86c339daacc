"""Where a push may go: never to an address of somebody's own choice."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.notify.push_services import is_push_service, parse_hosts
from server.settings import Settings, WrongSetting, documentation, read

FURTHER = parse_hosts("push.regenboog.example, *.unifiedpush.example, localhost:8443")

TAKEN = (
    "https://fcm.googleapis.com/fcm/send/dEv1ce:APA91b-x_y",
    "https://fcm.googleapis.com/wp/dEv1ce",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA_x-y",
    "https://web.push.apple.com/QNcMTsPlr",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2bx%3d%3d",
    "https://push.regenboog.example/up?id=1",
    "https://eu.unifiedpush.example/x",
    "https://localhost:8443/phone",
)

REFUSED = {
    "no https": "http://fcm.googleapis.com/fcm/send/x",
    "another scheme": "file://fcm.googleapis.com/etc/passwd",
    "loopback": "https://127.0.0.1/x",
    "localhost": "https://localhost/x",
    "localhost on another port": "https://localhost:8444/x",
    "loopback in IPv6": "https://[::1]/x",
    "IPv4 in IPv6": "https://[::ffff:10.0.0.1]/x",
    "a private address": "https://10.0.0.1/x",
    "the cloud's own": "https://169.254.169.254/latest/meta-data/",
    "an address as a number": "https://2130706433/x",
    "an address in hexadecimal": "https://0x7f.0.0.1/x",
    "nowhere": "https://0.0.0.0/x",
    "another port": "https://fcm.googleapis.com:22/x",
    "the usual port, written": "https://fcm.googleapis.com:443/x",
    "no port": "https://fcm.googleapis.com:/x",
    "a user": "https://user@fcm.googleapis.com/x",
    "a host that looks like a user": "https://fcm.googleapis.com@intranet/x",
    "a user with a password": "https://fcm.googleapis.com:x@10.0.0.1/x",
    "a host after a backslash": "https://intranet\\@fcm.googleapis.com/x",
    "a backslash": "https://fcm.googleapis.com\\.intranet/x",
    "a host in a fragment": "https://intranet#@fcm.googleapis.com/x",
    "a host in a question": "https://intranet?@fcm.googleapis.com/x",
    "a longer name": "https://fcm.googleapis.com.intranet/x",
    "a name before it": "https://evilfcm.googleapis.com/x",
    "a name beside a wildcard": "https://evilpush.apple.com/x",
    "the wildcard's own name": "https://push.apple.com/x",
    "nothing before it": "https://.push.apple.com/x",
    "a full stop after it": "https://fcm.googleapis.com./x",
    "capitals": "https://FCM.googleapis.com/x",
    "wide letters": "https://ｆcm.googleapis.com/x",
    "a wide full stop": "https://fcm。googleapis.com/x",
    "percent signs in the host": "https://fcm%2egoogleapis.com/x",
    "a space": "https://fcm.googleapis.com /x",
    "a space before it": " https://fcm.googleapis.com/x",
    "a new line": "https://fcm.googleapis.com/x\r\nHost: intranet",
    "a tab in the host": "https://fcm.\tgoogleapis.com/x",
    "a fragment": "https://fcm.googleapis.com/x#y",
    "no path": "https://fcm.googleapis.com",
    "three slashes": "https:///fcm.googleapis.com/x",
    "no slashes": "https:fcm.googleapis.com/x",
    "nothing": "",
}


@pytest.mark.parametrize("endpoint", TAKEN)
def test_known_push_services_and_configured_ones_are_called(endpoint: str) -> None:
    assert is_push_service(endpoint, FURTHER)


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_else_is(what: str) -> None:
    assert not is_push_service(REFUSED[what], FURTHER)


def test_what_is_configured_counts_only_where_it_is() -> None:
    assert [is_push_service(endpoint, ()) for endpoint in TAKEN] == [True] * 5 + [False] * 3


def test_the_settings_name_further_hosts(tmp_path: Path) -> None:
    settings = read({"HEKJE_PUSH_HOSTS": "Push.Example, *.push.example:8443"}, tmp_path)
    assert settings.push_hosts == ("push.example", "*.push.example:8443")
    assert Settings().push_hosts == ()
    assert "HEKJE_PUSH_HOSTS" in documentation()


@pytest.mark.parametrize(
    "raw",
    ["*", "*.", "*.nl", "https://push.example", "push.example/", "10.0.0.1:0", "a b", "*x.nl"],
)
def test_a_host_that_cannot_be_one_stops_the_start(raw: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="HEKJE_PUSH_HOSTS"):
        read({"HEKJE_PUSH_HOSTS": raw}, tmp_path)
