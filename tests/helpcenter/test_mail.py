import os
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpcenter.errors import AnswerLost, HelpCenterError, InvalidInput, NotConfigured, Unavailable
from helpcenter.mail import FolderMailer, RenderedMail, SmtpMailer, build_message, make_mailer, messages, server_of
from helpcenter.mail.relay_log import RelayLog
from helpcenter.mail.render import KINDS, render_mail
from helpcenter.services.notifications import clean_address
from helpcenter.settings import Settings
from tests.mailsink import Sink, mail_sink

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SESSION = {
    "session": "5ession", "title": "How <far>?", "starts_at": "2026-12-03T17:00:00+00:00", "ends_at": "2026-12-03T18:00:00+00:00",
    "zone": "Europe/Berlin", "reason": "The host <is> ill.",
}  # fmt: skip
SHIFT = {
    "team": "Team <far>", "starts_at": "2026-12-03T07:00:00+00:00", "ends_at": "2026-12-03T11:00:00+00:00",
    "zone": "Europe/Berlin", "shift": "5hift",
}  # fmt: skip
PARAMS = {
    "alert": {"message": {"text": "%(title)s: 5 <units>", "params": {"title": "Channel & co"}}, "path": "/admin/channels"},
    "sign_in": {"token": "T0ken", "next": "/account?a=b"},
    "confirm_question": {"question": "Qu3stion", "asker": "A5ker", "title": "How <far>?"},
    "question_answered": {
        "question": "Qu3stion", "asker": "A5ker", "title": "How <far>?", "entry": "how-far", "clip": "C1ip",
        "recording": "R3c", "start": 83.9, "excerpt": "As far as 100 % & more.",
    },
    "question_assigned": {
        "question": "Qu3stion", "title": "How <far>?", "topic": "Range & battery",
        "reason": {"text": "You are on duty for “%(topic)s”.", "params": {"topic": "Range <1>"}},
    },
    "question_due": {"question": "Qu3stion", "title": "How <far>?", "due_at": "2026-12-03T17:00:00+00:00", "zone": "Europe/Berlin"},
    "question_passed_on": {
        "question": "Qu3stion", "title": "How <far>?", "due_at": "2026-12-03T17:00:00+00:00", "zone": "Europe/Berlin",
        "to": "Kim <K>",
    },
    "question_declined": {"question": "Qu3stion", "asker": "A5ker", "title": "How <far>?", "reason": "Not <ours>."},
    "question_solved": {"question": "Qu3stion", "asker": "A5ker", "title": "How <far>?"},
    "circle_invitation": {},
    "topic_news": {"subscription": "5ub", "title": "Range <far>", "answers": [{"slug": "how-far", "title": "How <far>?"}] * 2},
    "question_scheduled": {
        **SESSION, "question": "Qu3stion", "asker": "A5ker", "session_title": "Questions & answers",
    },
    "proposals_waiting": {"recording": "R3c", "title": "Questions <1>", "count": 2},
    "confirm_subscription": {"subscription": "5ub", "kind": "topic", "title": "How <far>?"},
    "session_reminder": {**SESSION, "subscription": "5ub", "lead": 86400},
    "session_moved": {"subscription": "5ub", "sessions": [SESSION, SESSION]},
    "session_dated": {"subscription": "5ub", "sessions": [SESSION]},
    "session_cancelled": {"subscription": "5ub", "sessions": [SESSION]},
    "shifts_open": {"shifts": [SHIFT, SHIFT]},
    "shift_unfilled": {"shifts": [SHIFT], "asked": 2},
    "swap_offered": {"name": "Kim <1>", "got": SHIFT, "given": None},
    "swap_accepted": {"name": "Kim <1>", "got": SHIFT, "given": SHIFT},
    "swap_refused": {"name": "Kim <1>", "got": None, "given": SHIFT},
    "rota_planned": {"first": "2026-12-07", "last": "2027-01-17", "shifts": [SHIFT], "more": 2},
}  # fmt: skip
INJECTIONS = [
    "a@example.org\r\nBcc: b@example.org", "a@example.org\nBcc: b@example.org", "a@example.org\rBcc: b@example.org",
    "a@example.org\0", "a@example.org\u2028Bcc: b@example.org", "a@example.org\x0bb", "a@example.org\x85Bcc: x@y.example",
    "a@example.org, b@example.org", "a@example.org;b@example.org", "a@example.org b@example.org", "a@b@example.org",
    "Anna <a@example.org>", "<a@example.org>", "a@example.org>", '"a b"@example.org', '"a@b"@example.org', "a(b)@example.org",
    "(b)a@example.org", "a@example.org (b)", "group:a@example.org;", "a@[127.0.0.1]", "a@[IPv6:::1]", "a@example", "@example.org",
    "a@", "a", "", " ", "a..b@example.org", ".a@example.org", "a.@example.org", "a@.example.org", "a@example..org",
    "a@-example.org", "a@example-.org", "a@exa_mple.org", "a@example.org.", "ä@example.org", "a@example.org%0d%0aBcc:b@c.de",
    "a\\@example.org", "a@exam ple.org", "a@example.org\t", "\ta@example.org", "mailto:a@example.org", f"{'a' * 65}@example.org",
    f"a@{'b' * 64}.org", f"a@{'b.' * 126}org", "=?utf-8?q?a?=@example.org\n", "a@example.org?bcc=b@c.de", "a@example.org,",
    "a@\u2024org.example\n", "=?utf-8?q?a=0d=0ab?= <a@b.example>", "a@example.org\x1b[31m", "a<b@example.org",
]  # fmt: skip
SUBJECTS = [
    "plain", "Hello\r\nBcc: b@example.org", "Hello\nBcc: b@example.org", "Hello\rBcc: x@example.org", "a\r\n\r\nbody",
    "tab\tand\x0bvt\x0cff", "sep\u2028line\u2029paragraph\x85nel", "nul\0bell\x07", "=?utf-8?q?=0d=0aBcc:_b=40example.org?=",
    "Umlaute: äöüß", "emoji 🚲" * 40, "long " * 200, "'; DROP TABLE", "{{ 7*7 }} {% raw %}", "%(title)s 100 %", "<b>&amp;</b>",
    "Subject: Subject: twice", "\n\n\n", "  spaces  ", "\ud83d\ude00 pairs".encode("utf-16", "surrogatepass").decode("utf-16"),
]  # fmt: skip


def _message(
    message_id="abc", recipient="kim@example.org", subject="Hello", text="Good day", sender="Help <help@example.org>"
):
    mail = RenderedMail(subject, text, f"<p>{text}</p>")
    return build_message(mail, message_id=message_id, recipient=recipient, sender=sender, language="en", now=NOW)


def _mailer(sink: Sink, log: RelayLog | None = None) -> SmtpMailer:
    return SmtpMailer(server_of(sink.url), "Help <help@example.org>", log)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_root=tmp_path, secret_key="a key for tests", site_url="https://help.example.org/", site_name="R & D"
    )


def test_a_mail_arrives_with_all_its_headers():
    with mail_sink() as sink:
        handed_over = []
        _mailer(sink).send(_message(text="Grüße.\n.\n.dots"), before_data=lambda: handed_over.append(len(sink.mails)))
    ((recipients, message),) = sink.mails
    assert handed_over == [0]
    assert recipients == ["kim@example.org"]
    headers = ("From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted")
    assert [str(message[name]) for name in headers] == [
        "Help <help@example.org>", "kim@example.org", "Hello", "<abc@example.org>", "Sun, 22 Nov 2026 09:00:00 +0000",
        "auto-generated",
    ]  # fmt: skip
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    assert [body.get_content().replace("\r\n", "\n") for body in bodies if body] == [
        "Grüße.\n.\n.dots\n",
        "<p>Grüße.\n.\n.dots</p>\n",
    ]


@pytest.mark.parametrize("address", INJECTIONS)
def test_what_is_not_one_address_is_sent_to_nobody(address):
    with pytest.raises(InvalidInput):
        _message(recipient=address)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("Kim@Example.ORG", "kim@example.org"), (" kim@example.org ", "kim@example.org"), ("a+b.c@x.example", "a+b.c@x.example"),
        ("o'neil@example.org", "o'neil@example.org"), ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)  # fmt: skip
def test_an_address_is_kept_in_one_form(given, clean):
    assert clean_address(given) == clean


def test_no_subject_becomes_a_header_or_a_second_recipient():
    with mail_sink() as sink:
        for subject in SUBJECTS:
            _mailer(sink).send(_message(subject=subject), before_data=lambda: None)
    plain = [name for name, _ in _message().items()]
    assert [(to, [name for name, _ in mail.items()]) for to, mail in sink.mails] == [
        (["kim@example.org"], plain) for _ in SUBJECTS
    ]


def _titled(params, title):
    """The params with this title in every place for one."""
    again = {**params, "title": title} if "title" in params else dict(params)
    if "sessions" in again:
        again["sessions"] = [{**one, "title": title, "reason": title} for one in again["sessions"]]
    if "shifts" in again:
        again["shifts"] = [{**one, "team": title} for one in again["shifts"]]
    return again


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("title", SUBJECTS)
def test_no_title_changes_the_form_of_a_mail(settings, kind, title):
    params = _titled(PARAMS[kind], title)
    mail = render_mail(kind, params, "en", settings)
    assert "\n" not in mail.subject
    assert "Bcc:" not in [line[:4] for line in mail.text.splitlines()]
    assert "<b>" not in mail.html
    build_message(mail, message_id="abc", recipient="a@b.example", sender="a@b.example", language="en", now=NOW)


def test_sender_without_an_address_is_told():
    with pytest.raises(NotConfigured, match="HELPCENTER_MAIL_FROM"):
        _message(sender="Help Center")


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_kind_has_words_in_every_language(settings, kind, language):
    mail = render_mail(kind, PARAMS[kind], language, settings)
    assert mail.subject
    assert mail.text.endswith("R & D\nhttps://help.example.org\n")
    assert "R &amp; D" in mail.html
    assert "%(" not in mail.text + mail.html
    assert "<far>" not in mail.html


@pytest.mark.parametrize(
    ("changed", "link"),
    [
        ({}, "https://help.example.org/faq/how-far?clip=C1ip"),
        ({"entry": None}, "https://help.example.org/recordings/R3c?t=83"),
        ({"entry": None, "start": 0.4}, "https://help.example.org/recordings/R3c?t=0"),
        ({"clip": None}, "https://help.example.org/faq/how-far"),
    ],
)
def test_the_answer_mail_leads_to_the_second(settings, changed, link):
    mail = render_mail("question_answered", {**PARAMS["question_answered"], **changed}, "en", settings)
    assert link in mail.text.split()
    assert f'href="{link}"' in mail.html
    assert mail.unsubscribe.startswith("https://help.example.org/questions/Qu3stion?key=")


@pytest.mark.parametrize("kind", ["session_reminder", "session_moved", "session_dated", "session_cancelled"])
def test_mail_about_a_session_says_when_on_its_own_clocks_and_can_be_ended(settings, kind):
    words = {language: render_mail(kind, PARAMS[kind], language, settings) for language in ("en", "de")}
    assert (
        "Thursday, December 3, 2026, 6:00\u202fPM – 7:00\u202fPM (Berlin, Central European Standard Time)"
        in words["en"].text
    )
    assert "Donnerstag, 3. Dezember 2026, 18:00 – 19:00 (Berlin, Mitteleuropäische Normalzeit)" in words["de"].html
    assert words["en"].unsubscribe.startswith("https://help.example.org/subscriptions/5ub?key=")
    assert words["en"].unsubscribe in words["en"].text.split()
    assert "https://help.example.org/sessions/5ession" in words["en"].text.split()


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("session_reminder", (True, "List-Unsubscribe=One-Click")),
        ("question_answered", (True, None)),
        ("confirm_subscription", (False, None)),
    ],
)
def test_mail_programs_may_end_mail_about_sessions_by_themselves(settings, kind, headers):
    mail = render_mail(kind, PARAMS[kind], "en", settings)
    message = build_message(
        mail, message_id="abc", recipient="a@b.example", sender="a@b.example", language="en", now=NOW
    )
    assert (message["List-Unsubscribe"] is not None, message["List-Unsubscribe-Post"]) == headers


def test_a_mail_that_lacks_something_is_not_written(settings):
    with pytest.raises(KeyError):
        render_mail("question_answered", {}, "en", settings)


def test_the_sign_in_mail_leads_where_one_wanted_to_go(settings):
    text = render_mail("sign_in", PARAMS["sign_in"], "en", settings).text
    assert "https://help.example.org/sign-in/link/T0ken?next=%2Faccount%3Fa%3Db" in text.split()
    assert "30 minutes" in text


@pytest.mark.parametrize(
    ("place", "said", "error"),
    [
        ("kim@example.org", "550 5.1.1 No such user", InvalidInput),
        ("kim@example.org", "450 4.2.0 Greylisted", Unavailable),
        ("DATA", "552 5.3.4 Too large", InvalidInput),
        ("DATA", "452 4.3.1 No room", Unavailable),
    ],
)
def test_a_refusal_is_for_good_or_for_now(place, said, error):
    with mail_sink() as sink:
        sink.say[place] = said
        with pytest.raises(error, match=said[4:]) as raised:
            _mailer(sink).send(_message(), before_data=lambda: None)
    assert (type(raised.value), sink.mails) == (error, [])


def test_an_answer_that_never_comes_is_told_apart():
    with mail_sink() as sink:
        sink.drop_after_data = True
        with pytest.raises(AnswerLost):
            _mailer(sink).send(_message(), before_data=lambda: None)
    assert len(sink.mails) == 1


def test_a_slow_server_is_not_waited_for_without_end():
    with mail_sink() as sink:
        sink.delay = 1.5
        sink.url = sink.url.replace("timeout=5", "timeout=0.2")
        with pytest.raises(AnswerLost):
            _mailer(sink).send(_message(), before_data=lambda: None)


def test_nothing_is_sent_by_whom_the_mail_was_taken_from():
    def taken() -> None:
        raise HelpCenterError("taken")

    with mail_sink() as sink:
        with pytest.raises(HelpCenterError, match="taken"):
            _mailer(sink).send(_message(), before_data=taken)
        sink.wait_idle()
    assert sink.mails == []


def test_a_server_that_is_away_has_surely_not_sent():
    mailer = SmtpMailer(server_of("smtp://127.0.0.1:9"), "help@example.org")
    for attempt in (mailer.check, lambda: mailer.send(_message(), before_data=lambda: None)):
        with pytest.raises(Unavailable, match="refused"):
            attempt()


def test_a_server_that_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}?timeout=0.2"
        with pytest.raises(Unavailable):
            SmtpMailer(server_of(url), "help@example.org").send(_message(), before_data=lambda: None)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it does not know that smtps is TLS
@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_encrypted_and_with_a_password(tls, tmp_path, monkeypatch):
    context = _certificate(tmp_path)
    options = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {"ssl_context": context}

    def check(server, session, envelope, mechanism, auth) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        return AuthResult(success=(auth.login, auth.password) == (b"kim", b"p@ss/word"), handled=False)

    with mail_sink(authenticator=check, auth_required=True, auth_require_tls=tls == "starttls", **options) as sink:
        port = sink.url.partition("?")[0].rpartition(":")[2]
        scheme, query = ("smtp", "&tls=starttls") if tls == "starttls" else ("smtps", "")
        right = f"{scheme}://kim:p%40ss%2Fword@localhost:{port}?timeout=5{query}"
        untrusted = SmtpMailer(server_of(right), "help@example.org")
        with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
            untrusted.check()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        with pytest.raises(Unavailable, match="535"):
            SmtpMailer(server_of(right.replace("word", "wrong")), "help@example.org").check()
        SmtpMailer(server_of(right), "help@example.org").send(_message(), before_data=lambda: None)
    assert len(sink.mails) == 1


def _certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "both.pem").write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "both.pem")
    return context


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://relay.example", "starttls", 25), ("smtp://u:p@relay.example", "starttls", 587),
        ("smtp://127.0.0.1", "none", 25), ("smtp://relay.example?tls=none", "none", 25), ("smtps://relay.example", "smtps", 465),
    ],
)  # fmt: skip
def test_mail_leaves_this_machine_encrypted_unless_told_otherwise(url, tls, port):
    server = server_of(url)
    assert (server.tls, server.port) == (tls, port)


@pytest.mark.parametrize(
    "url",
    ["relay.example", "http://relay.example", "smtp://", "smtp://h?tls=yes", "smtp://h?timeout=x", "smtp://h?timeout=0",
     "smtp://h:port", "smtp://h?a=b", "smtp://h?tls"],
)  # fmt: skip
def test_an_address_that_is_not_understood_is_told(url):
    with pytest.raises(NotConfigured, match="HELPCENTER_SMTP_URL"):
        server_of(url)


def test_the_password_is_not_shown():
    assert "secret" not in repr(server_of("smtp://kim:secret@relay.example"))


def test_the_settings_choose_the_mailer(tmp_path):
    assert isinstance(make_mailer(Settings(data_root=tmp_path)), FolderMailer)
    assert isinstance(make_mailer(Settings(data_root=tmp_path, smtp_url="smtp://127.0.0.1")), SmtpMailer)


def test_the_folder_gives_back_what_was_sent(tmp_path):
    mailer = FolderMailer(tmp_path / "mail")
    for number in range(3):
        mailer.send(_message(message_id=f"m{number}", text=f"Grüße {number}"), before_data=lambda: None)
        os.utime(tmp_path / "mail" / f"m{number}.eml", (number, number))
    assert [(mail.message_id, mail.text) for mail in messages(tmp_path / "mail", 2)] == [
        ("<m2@example.org>", "Grüße 2\n"), ("<m1@example.org>", "Grüße 1\n"),
    ]  # fmt: skip
    (newest,) = messages(tmp_path / "mail", 1)
    assert (newest.to, newest.subject, newest.date, newest.html) == (
        "kim@example.org",
        "Hello",
        NOW,
        "<p>Grüße 2</p>\n",
    )
    assert messages(tmp_path / "nothing") == []


def test_the_folder_knows_what_was_sent(tmp_path):
    mailer = FolderMailer(tmp_path / "mail")
    assert mailer.was_sent("abc") is False
    mailer.send(_message(), before_data=lambda: None)
    assert (mailer.was_sent("abc"), mailer.was_sent("<abc@elsewhere.example>")) == (True, True)


def test_no_message_id_leaves_the_folder(tmp_path):
    mailer = FolderMailer(tmp_path / "mail")
    for message_id in ("../../etc/passwd", "/etc/passwd", "a\0b", ".."):
        assert mailer._path(message_id).parent == tmp_path / "mail"


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    mailer = FolderMailer(tmp_path / "file" / "mail")
    with pytest.raises(Unavailable):
        mailer.send(_message(), before_data=lambda: None)
    with pytest.raises(NotConfigured, match="cannot be written"):
        mailer.check()


BEGUN = "2026-11-22T09:00:00 relay postfix/cleanup[7]: 4F2A81234: message-id=<abc@example.org>\n"
TAKEN = (
    "2026-11-22T09:00:01 relay postfix/qmgr[8]: 4F2A81234: from=<help@example.org>, size=9, nrcpt=1 (queue active)\n"
)
OTHER = (
    "2026-11-22T09:00:01 relay postfix/qmgr[8]: 4F2A89999: from=<help@example.org>, size=9, nrcpt=1 (queue active)\n"
)


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        (None, OTHER + BEGUN + TAKEN, True), (None, BEGUN + OTHER, False), (None, OTHER, False), (BEGUN, TAKEN, True),
        (BEGUN + TAKEN, "", True), (None, "", None), (None, None, None), (OTHER * 1000, OTHER, None),
    ],
)  # fmt: skip
def test_the_relays_log_is_believed_as_far_as_it_goes(tmp_path, older, newer, said):
    for name, text in (("mail.log.1", older), ("mail.log", newer)):
        if text is not None:
            (tmp_path / name).write_text(text)
    assert RelayLog(tmp_path / "mail.log", longest=10_000).accepted("abc") is said


def test_only_the_end_of_a_long_log_is_read(tmp_path):
    (tmp_path / "mail.log").write_text(OTHER * 1000 + BEGUN + TAKEN)
    assert RelayLog(tmp_path / "mail.log", longest=1000).accepted("abc") is True


def test_a_log_that_cannot_be_read_is_told():
    with mail_sink() as sink, pytest.raises(NotConfigured, match="cannot be read"):
        _mailer(sink, RelayLog(Path("no/such.log"))).check()


def test_parallel_mails_stay_apart():
    with mail_sink() as sink:
        threads = [
            threading.Thread(target=_mailer(sink).send, args=[_message(f"m{n}")], kwargs={"before_data": lambda: None})
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sink.per_message_id() == {f"m{n}": 1 for n in range(8)}
