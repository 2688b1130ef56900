"""The emulator driven over HTTP, by other processes: POST /control/<what> with a JSON object, GET /control/journal."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from streaming.emulator.http import Request, Response, as_json
from streaming.emulator.stage import Stage

Verb = Callable[[Stage, dict[str, Any]], Any]


def _ingest(stage: Stage, asked: dict[str, Any]) -> None:
    """{"key": stream key or id, or "broadcast": id; "on": bool, "sound": bool, "healthy": bool}."""
    key = asked.get("key") or stage.broadcasts[asked["broadcast"]].stream_id or ""
    encoder = stage.ingest(key)
    if asked.get("on", True):
        encoder.start(sound=asked.get("sound", True), healthy=asked.get("healthy", True))
    else:
        encoder.stop()


def _recording(stage: Stage, asked: dict[str, Any]) -> None:
    """{"video": id, "media": path, "captions": WebVTT, "length": seconds}."""
    media = Path(asked["media"]) if asked.get("media") else None
    stage.set_recording(asked["video"], media, asked.get("captions"), length=asked.get("length"))


def _upload(stage: Stage, asked: dict[str, Any]) -> dict[str, str]:
    options = {**asked, "media": Path(asked["media"])} if asked.get("media") else dict(asked)
    channel = options.pop("channel", "") or next(iter(stage.world.channels))
    return {"id": stage.studio.upload(channel, **options)}


def _token(stage: Stage, asked: dict[str, Any]) -> dict[str, str]:
    return {"refresh_token": stage.refresh_token(asked["channel"])}


def _timings(stage: Stage, asked: dict[str, Any]) -> None:
    for name, value in asked.items():
        getattr(stage.timings, name)
        setattr(stage.timings, name, float(value))


def _exhaust(stage: Stage, _: dict[str, Any]) -> None:
    stage.quota.exhaust(stage.client_id, stage.clock.now())


def _state(stage: Stage, _: dict[str, Any]) -> dict[str, Any]:
    return {
        "now": stage.clock.now().isoformat(),
        "channels": [asdict(channel) for channel in stage.world.channels.values()],
        "broadcasts": [item.shown(item.parts) for item in stage.broadcasts.values()],
        "streams": [item.shown(item.parts) for item in stage.streams.values()],
        "videos": [item.shown(item.parts) for item in stage.videos.values()],
        "spent": stage.quota.spent(stage.client_id, stage.clock.now()),
    }


VERBS: Final[dict[str, Verb]] = {
    "state": _state,
    "journal": lambda stage, _: [asdict(entry) for entry in list(stage.journal)],
    "ingest": _ingest,
    "advance": lambda stage, asked: stage.clock.advance(float(asked["seconds"])),
    "channel": lambda stage, asked: {"id": stage.add_channel(**asked)},
    "token": _token,
    "video": _upload,
    "caption": lambda stage, asked: {"id": stage.studio.caption(asked.pop("video"), asked.pop("text"), **asked)},
    "recording": _recording,
    "trim": lambda stage, asked: stage.studio.trim(asked["video"], start=asked.get("start", 0.0), end=asked.get("end")),
    "edit": lambda stage, asked: stage.studio.edit(asked.pop("video"), **asked),
    "count": lambda stage, asked: stage.studio.count(asked.pop("video"), **asked),
    "delete": lambda stage, asked: stage.studio.delete(asked["video"]),
    "end": lambda stage, asked: stage.studio.end(asked["broadcast"]),
    "say": lambda stage, asked: stage.studio.say(asked["broadcast"], asked["channel"], asked["text"]),
    "fault": lambda stage, asked: stage.faults.add(asked.pop("method"), asked.pop("kind"), **asked) and None,
    "clear": lambda stage, _: stage.faults.clear(),
    "timings": _timings,
    "revoke": lambda stage, asked: stage.oauth.revoke_channel(asked["channel"]),
    "exhaust": _exhaust,
}  # fmt: skip


def answer(stage: Stage, request: Request) -> Response:
    """What the verb returns, or {}; 400 with a sentence for what cannot be done, 404 for an unknown verb or thing."""
    verb = VERBS.get(request.path.removeprefix("/control/"))
    if verb is None:
        return as_json({"error": f"no such verb; known are: {', '.join(sorted(VERBS))}"}, 404)
    try:
        with stage.clock.lock:
            result = verb(stage, json.loads(request.body or b"{}"))
    except KeyError as error:
        return as_json({"error": f"there is no {error}"}, 404)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        return as_json({"error": str(error)}, 400)
    return Response(body=json.dumps({} if result is None else result, default=str).encode())
