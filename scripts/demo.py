"""The main job, whole, on the samples: a question is asked, answered in a recording, found, and its asker gets the link.

Then office hours on this site (see desk.py), where an answer is a clip seconds later; and a live evening, whole (see
evening.py), on the emulator of the platform, unless a channel of one's own is set up.

Starts the site as `helpcenter run` does, with a fresh data folder of its own, drives it through the same commands and services
that people use, checks what a customer would see, and says where to look. `DEMO_EXIT=1`: ends after the job; the exit status is
0 only if everything was there.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import desk
import evening
import requests
from sqlalchemy import select
from stage import PEOPLE, Demo, Missing, wait_for

from helpcenter.models import (
    Clip,
    ClipState,
    FaqEntry,
    MailState,
    OutgoingMail,
    Question,
    Recording,
    Step,
    StepState,
    Topic,
    User,
)
from helpcenter.permissions import Role
from helpcenter.services import accounts, clips, faq, questions, topics
from helpcenter.services.notifications import links
from helpcenter.settings import Settings
from helpcenter.wiring import wire

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
LEFT_TO_DECIDE = 2
LINK_LIFE = timedelta(days=1)


def free_port(wanted: int = 8000) -> int:
    """`wanted`, or any port if it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Missing("no port is free")


def fresh_folder() -> None:
    """The demo's own data folder, emptied; a folder that was named is left as it is."""
    if "HELPCENTER_DATA_ROOT" in os.environ:
        return
    folder = ROOT / "var" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["HELPCENTER_DATA_ROOT"] = str(folder)


def answers(address: str) -> bool:
    """Whether the address answers 200."""
    try:
        return bool(requests.get(address, timeout=5).status_code == requests.codes.ok)
    except requests.RequestException:
        return False


def started_well(site: subprocess.Popen[bytes]) -> bool:
    """Whether the site's process runs. Raises Missing when it has ended."""
    if site.poll() is not None:
        raise Missing("the site did not start")
    return True


def prepare(demo: Demo) -> tuple[str, str]:
    """People, topics, and a customer's question; its public id, and the topic's slug of the recording."""
    now = demo.ports.clock()
    with demo.ports.database.transaction() as db:
        for role, (email, name, language) in PEOPLE.items():
            if accounts.find(db, email) is None:
                accounts.create_user(db, email=email, role=role, name=name, language=language, now=now)
        editor = accounts.find(db, PEOPLE[Role.EDITOR][0])
        made: dict[str | None, Topic | None] = {None: None}
        for topic in demo.told["topics"]:
            known = db.scalar(select(Topic).where(Topic.titles["en"].as_string() == topic["name"]["en"]))
            made[topic["slug"]] = known or topics.create(
                db, titles=topic["name"], parent=made[topic["parent"]], editor=editor, now=now
            )
        asked = demo.told["asked"]
        question = questions.ask(
            db, title=asked["title"], body=asked["text"], language=asked["language"], email=asked["email"],
            name=asked["name"], topic=made["battery"], now=now,
        )  # fmt: skip
        root = made["e-bikes"]
        assert root
        address = links.question_link(demo.ports.settings, question.public_id, question.askers[0].public_id)
        found = question.public_id, root.slug
    # The link of the mail is opened, which confirms the address.
    if not answers(address):
        raise Missing(f"the question's page does not answer: {address}")
    confirm(demo, found[0])
    demo.say(f"a customer asked: {asked['title']}")
    return found


def confirm(demo: Demo, question_id: str) -> None:
    """The asker confirms his address."""
    with demo.ports.database.transaction() as db:
        question = db.scalars(select(Question).where(Question.public_id == question_id)).one()
        questions.confirm_asker(db, question.askers[0], now=demo.ports.clock())


def ingest(demo: Demo, question_id: str, topic: str) -> dict[str, Any]:
    """Take in the sample by the command line, with markers that name the customer's question; its result."""
    recording, asked = demo.told["recording"], demo.told["asked"]
    markers = json.loads((SAMPLES / recording["markers"]).read_text())
    for marker in markers:
        if marker["title"] == asked["title"]:
            marker["question"] = question_id
    demo.ports.settings.scratch.mkdir(parents=True, exist_ok=True)
    file = demo.ports.settings.scratch / "markers.json"
    file.write_text(json.dumps(markers))
    command = [
        sys.executable, "-c", "from helpcenter.cli import main; main()", "ingest", str(SAMPLES / recording["file"]),
        "--title", recording["title"]["de"], "--language", recording["language"], "--topic", topic,
        "--captions", str(SAMPLES / recording["captions"]), "--markers", str(file), "--wait", "--json",
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise Missing("the recording did not become ready")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    demo.say(
        f"recording ready: {result['duration']:.0f} s, {result['cues']} cues ({result['provider']}), "
        f"{len(result['chapters'])} chapters, {len(result['clips'])} proposed clips"
    )
    return result


def publish(demo: Demo, recording_id: str, question_id: str) -> str:
    """The editor confirms proposals and adds each entry's other language; the path of the asker's answer.

    The last two stay proposed, so that whoever tries the demo finds something to decide.
    """
    titles = {title: question["title"] for question in demo.told["questions"] for title in question["title"].values()}
    with demo.ports.database.transaction() as db:
        editor, now = accounts.find(db, PEOPLE[Role.EDITOR][0]), demo.ports.clock()
        recording = db.scalars(select(Recording).where(Recording.public_id == recording_id)).one()
        proposed = select(Clip).where(Clip.recording_id == recording.id, Clip.state == ClipState.PROPOSED)
        for clip in db.scalars(proposed.order_by(Clip.start)).all()[:-LEFT_TO_DECIDE]:
            topic = db.get(Topic, clip.proposed_topic_id) if clip.proposed_topic_id else recording.topic
            entry = clips.confirm(
                db, clip, entry=None, topic=topic, title=clip.title, start=clip.start, end=clip.end,
                language=clip.language, editor=editor, now=now,
            )  # fmt: skip
            for language, title in titles.get(clip.title, {}).items():
                if faq.text_in(entry, language) is None:
                    faq.save_text(db, entry, language=language, title=title, body="", seen=0, editor=editor, now=now)
        asked = db.scalars(select(Question).where(Question.public_id == question_id)).one()
        if asked.entry_id is None:
            raise Missing("the customer's question has no answer")
        slug = db.get_one(FaqEntry, asked.entry_id).slug
    demo.say(f"an editor confirmed the clips: they are in the FAQ; {LEFT_TO_DECIDE} are left for you to decide")
    return f"/faq/{slug}"


def check(demo: Demo, answer: str) -> None:
    """What a customer would look for: the mail, the page, the film from any byte, the hit in search. Raises Missing."""
    base = demo.ports.settings.site_url
    wait_for("the clips to be cut", lambda: not open_steps(demo))
    wait_for("the customer's mail", lambda: mailed(demo))
    demo.say("the customer has got a mail with the link to the second")
    page = requests.get(base + answer, timeout=10)
    player = re.search(r'<video[^>]*\ssrc="([^"#]+)', page.text)
    if page.status_code != requests.codes.ok or player is None:
        raise Missing(f"no player on {base}{answer}")
    source = player[1].replace("&amp;", "&")
    part = requests.get(base + source, headers={"Range": "bytes=100-199"}, timeout=10)
    if part.status_code != requests.codes.partial_content or len(part.content) != 100:  # noqa: PLR2004 -- as asked for
        raise Missing(f"the film does not play from the middle: {source}")
    found = requests.get(base + "/search", params={"q": "Akku Winter", "lang": "de"}, timeout=10).text
    if answer not in found:
        raise Missing("search does not find the answer to “Akku Winter”")
    demo.say("the answer plays on its page, and search finds it")


def open_steps(demo: Demo) -> bool:
    """Whether any step is still to be done. Raises Missing when one was given up."""
    with demo.ports.database.reading() as db:
        states = set(db.scalars(select(Step.state)))
    if StepState.QUARANTINED in states:
        raise Missing("a step was given up")
    return states != {StepState.DONE}


def mailed(demo: Demo) -> bool:
    """Whether the one mail about the answer has been sent."""
    with demo.ports.database.reading() as db:
        sent = db.scalars(select(OutgoingMail.state).where(OutgoingMail.kind == "question_answered")).all()
    return set(sent) == {MailState.SENT}


def tell_where(demo: Demo, recording: dict[str, Any], answer: str, office: str, session: str | None) -> None:
    """Print where to look, and a link for each kind of user."""
    base, now = demo.ports.settings.site_url, demo.ports.clock()
    print(f"\n  The site              {base}/")
    print(f"  The answer            {base}{answer}")
    print(f"  The recording         {recording['url']}")
    print(f"  Search                {base}/search?q=Akku+Winter")
    print(f"  The expert's desk     {office}")
    if session:
        print(f"  The live evening      {session}")
        print(f"  Programme             {base}/sessions")
    print(f"  Proposals to decide   {base}/workbench (as editor)")
    print("\n  Sign in (each link works once):")
    with demo.ports.database.transaction() as db:
        for role, (email, _, _) in PEOPLE.items():
            person = db.scalars(select(User).where(User.email == email)).one()
            _, token = accounts.new_mail_link(db, person, now=now, life=LINK_LIFE)
            print(f"    as {role.value:10} {base}/sign-in/link/{token}")
    print(flush=True)


def main() -> int:
    """The exit status."""
    started = time.monotonic()
    fresh_folder()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = urlsplit(os.environ.get("HELPCENTER_SITE_URL", "")).port or free_port()
    os.environ.setdefault("HELPCENTER_SITE_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("HELPCENTER_RTMP_PORT", str(free_port(1935)))
    # Where somebody has set up a channel of his own, nothing is played to him.
    own = "HELPCENTER_YOUTUBE_CLIENT_ID" in os.environ
    try:
        with nullcontext() if own else evening.platform() as emulator:
            os.environ.update(emulator.settings if emulator else {})
            demo = Demo(wire(Settings()), json.loads((SAMPLES / "questions.json").read_text()), started)
            with site(demo, port) as process:
                show(demo, emulator)
                if os.environ.get("DEMO_EXIT", "") in {"", "0"}:
                    print("  Stop with Ctrl-C.", flush=True)
                    process.wait()
    except Missing as missing:
        print(f"demo: {missing}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


@contextmanager
def site(demo: Demo, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The site as a process of its own. Raises Missing when it does not start."""
    process = subprocess.Popen([*evening.CLI, "run", "--port", str(port)], start_new_session=True)
    try:
        health = f"{demo.ports.settings.site_url}/health"
        wait_for("the site", lambda: started_well(process) and answers(health))
        demo.say("the site answers")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def show(demo: Demo, emulator: evening.Platform | None) -> None:
    """All acts, and where to look afterwards. Raises Missing."""
    question_id, topic = prepare(demo)
    recording = ingest(demo, question_id, topic)
    answer = publish(demo, recording["recording"], question_id)
    check(demo, answer)
    office = desk.hold(demo)
    session = None
    if emulator:
        session = evening.hold(demo, emulator)
        wait_for("the clips to be cut", lambda: not open_steps(demo))
    demo.say("done")
    tell_where(demo, recording, answer, office, session)


if __name__ == "__main__":
    sys.exit(main())
