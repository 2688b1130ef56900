import json

from helpcenter.cli import call
from helpcenter.ports import utc_now
from helpcenter.services import quota
from streaming.platform import Priority


def test_the_quota_is_told_as_text_and_as_json(capsys, ports):
    ledger = quota.Ledger(ports.database, ports.settings, utc_now, priority=Priority.NORMAL)
    with ledger.charge("liveBroadcasts.insert"):
        pass
    assert call(["quota"]) == 0
    text = capsys.readouterr().out
    assert "50 spent       0 reserved    9950 left of 10000" in text
    assert "0 sessions until then will need about 0 units" in text
    assert call(["quota", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["day", "until", "main", "buckets", "sessions", "methods", "forecast"]
    assert told["buckets"][0] == {
        "name": "default", "units": 10_000, "spent": 50, "reserved": 0, "left": 9_950, "exhausted": False,
    }  # fmt: skip


def test_the_command_explains_itself(capsys):
    assert call(["quota", "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: helpcenter quota")
