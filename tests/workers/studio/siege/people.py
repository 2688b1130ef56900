"""Who sits before the screens: each tries again until the site has answered, and only what it has confirmed counts."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from uuid import uuid4

import requests

from helpcenter.services import accounts
from helpcenter.tokens import fingerprint, signature
from tests.workers.studio.siege.site import SECRET

PAUSE = 0.3
TIMEOUT = 4.0


class Browser:
    """A browser that is signed in, or a visitor's; `send` does not give up before `over`."""

    def __init__(self, site, user=None):
        self.site, self.line = site, requests.Session()
        self.line.headers["Sec-Fetch-Site"] = "same-origin"
        if user is not None:
            with site.ports.database.transaction() as db:
                token = accounts.start_sign_in(db, user, browser="siege", now=site.ports.clock())
            self.line.cookies.set("signin", token)
            self.line.headers["X-CSRF-Token"] = signature(SECRET, "csrf", fingerprint(token))

    def send(self, method, path, *, over=None, refused=(), fresh=None, **given):
        """The answer, once there is one that is no failure; None where it is over before. `fresh()` makes the form of each try."""
        while over is None or not over.is_set():
            values = given | ({"data": fresh()} if fresh else {})
            with suppress(requests.RequestException):
                answer = self.line.request(
                    method, self.site.url + path, timeout=TIMEOUT, allow_redirects=False, **values
                )
                if answer.status_code < 400 or answer.status_code in refused:
                    return answer
                assert answer.status_code >= 500, (method, path, answer.status_code, answer.text[-500:])
            time.sleep(PAUSE)
        return None


class Host:
    """Presses buttons; each press keeps its own instant for as long as it takes to be heard."""

    def __init__(self, site, user, public_id):
        self.browser, self.path = Browser(site, user), f"/console/{public_id}/desk"
        self.presses = {}

    def press(self, deed, **form):
        """The key of the press, once it is confirmed; `presses` has its instant."""
        key, began = uuid4().hex, time.monotonic()
        self.presses[key] = datetime.now(UTC)

        def fields():
            return {**form, "key": key, "late": f"{time.monotonic() - began:.3f}"}

        self.browser.send("POST", f"{self.path}/{deed}", fresh=fields, headers={"HX-Request": "true"})
        return key


class Crowd(Thread):
    """Asks and votes all evening. `asked` are the titles that were confirmed; `voted` and `tried` are pairs of voter and question."""

    VOTERS = 12

    def __init__(self, site, public_id):
        super().__init__(daemon=True)
        self.path, self.over = f"/sessions/{public_id}/questions", Event()
        self.voters = [Browser(site) for _ in range(self.VOTERS)]
        self.asked, self.askers, self.voted, self.tried = {}, {}, set(), set()
        # A browser has its cookie from its first vote on; that one is cast in peace.
        for number in range(self.VOTERS):
            self._vote(number, self._ask(0, "Who is there?"))

    def run(self):
        number = 0
        while not self.over.wait(0.7):
            number += 1
            # Each of them may ask five questions within some minutes.
            if number % 3 == 1:
                self._ask(number % self.VOTERS, f"Question {number} of the audience")
            self._vote(number % self.VOTERS, self.newest)

    def _ask(self, voter, title):
        answer = self.voters[voter].send(
            "POST", self.path, over=self.over, refused={429}, data={"title": title}, headers={"Accept": "application/json"}
        )  # fmt: skip
        if answer is None or answer.status_code == 429:
            return None
        self.asked[title] = self.newest = answer.json()["id"]
        self.askers[self.newest] = voter
        return self.newest

    def _vote(self, voter, question):
        if self.askers[question] == voter:
            return  # one's own question counts without a vote
        self.tried.add((voter, question))
        answer = self.voters[voter].send(
            "POST", f"{self.path}/{question}/vote", over=self.over, headers={"Accept": "application/json"}
        )
        if answer is not None:
            self.voted.add((voter, question))

    def stop(self):
        self.over.set()
        self.join(20)


class Viewer(Thread):
    """Reads the list of segments as a player does. `broken` are lists that do not go on where an earlier one ended."""

    def __init__(self, site, public_id):
        super().__init__(daemon=True)
        self.address, self.over = f"{site.url}/live/{public_id}/index.m3u8", Event()
        self.seen, self.broken, self.behind = [], [], []

    def run(self):
        while not self.over.wait(0.5):
            with suppress(requests.RequestException):
                answer = requests.get(self.address, timeout=TIMEOUT)
                if answer.ok:
                    self._read(answer.text)

    def _read(self, text):
        listed = [line for line in text.splitlines() if line and not line.startswith("#")]
        if listed[: len(self.seen)] != self.seen:
            self.broken.append((len(self.seen), len(listed)))
        self.seen = listed

    def stop(self):
        self.over.set()
        self.join(20)
