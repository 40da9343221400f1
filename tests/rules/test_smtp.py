"""A real conversation with a mail server on this computer: what it hears, encrypted or not, and what happens when it refuses."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cast import Cast
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from clinic.db import db
from clinic.jobs import Bench, tick, work
from clinic.models import Job, Message
from clinic.reminders import BODY, SUBJECT, by_smtp

MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
NAMES = ("ana", "ben", "cleo", "full-", "test practice", "counsel", "homework", "hopes")


class Ear:
    """What the server was told, and how; ``refuses``: how many letters it turns away first."""

    def __init__(self) -> None:
        self.heard: list[tuple[Envelope, bool]] = []
        self.refuses = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name)
        if self.refuses:
            self.refuses -= 1
            return "451 Come back later"
        self.heard.append((envelope, session.ssl is not None))
        return "250 Taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For localhost, signed by itself: this server's own word."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return path


def listen(ear: Ear, **options: Any) -> Iterator[Controller]:
    with socket.create_server(("127.0.0.1", 0)) as free:  # the controller itself takes no "any port"
        port = free.getsockname()[1]
    server = Controller(ear, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def server(ear: Ear) -> Iterator[Controller]:
    yield from listen(ear)


@pytest.fixture
def encrypted(ear: Ear, certificate: Path) -> Iterator[Controller]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    yield from listen(ear, tls_context=context)


def bench(cast: Cast, server: Controller, *, starttls: bool = False) -> Bench:
    """Ana has something waiting; notes leave for this server."""
    cast.clock.at = MORNING
    cast.assign("Ana", "hopes", by="Cleo")
    db.session.commit()
    settings = cast.app.extensions["settings"]
    changes = {"enabled": True, "sender": "notes@mail.example", "host": "localhost", "port": server.port, "starttls": starttls}
    mail = settings.mail.model_copy(update=changes)
    secret = cast.app.extensions["keyring"].derived("stop reminders")
    return Bench(settings.model_copy(update={"mail": mail}), secret, cast.clock, by_smtp(mail))


def run(at: Bench) -> Job:
    tick(at)
    work(at)
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.name == "send_note")).one()


def test_the_fixed_words_arrive_once_though_the_worker_runs_twice(cast: Cast, ear: Ear, server: Controller) -> None:
    at = bench(cast, server)
    assert [run(at).state, run(at).state] == ["done", "done"]
    ((envelope, was_encrypted),) = ear.heard
    assert (envelope.mail_from, envelope.rcpt_tos, was_encrypted) == ("notes@mail.example", ["ana@home.example"], False)
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=policy.default)
    stop = str(letter["List-Unsubscribe"]).strip(" <>")
    assert f"<{stop}>".encode() in envelope.content, "as it is, for mail programs to press"
    assert (letter["Subject"], letter["From"]) == (SUBJECT, "Notes <notes@mail.example>")
    said = letter.get_content().replace("\r\n", "\n")
    assert said == BODY.format(start="http://localhost/", stop=stop)
    whole = envelope.content.decode().lower().replace("ana@home.example", "").replace(stop, "")
    assert not [name for name in NAMES if name in whole]
    assert db.session.scalars(select(Message)).one().sent_at is not None


def test_a_server_that_refuses_leaves_the_job_waiting_longer_each_time(cast: Cast, ear: Ear, server: Controller) -> None:
    at, ear.refuses = bench(cast, server), 2
    waits = []
    for _ in range(2):
        job = run(at)
        waits.append(job.run_at - cast.clock())
        assert (job.state, job.trouble, ear.heard) == ("waiting", "SMTPDataError", [])
        cast.clock.at = job.run_at
    assert waits == [timedelta(minutes=2), timedelta(minutes=4)]
    assert (run(at).state, len(ear.heard)) == ("done", 1)


def test_nothing_is_said_unencrypted_where_the_settings_want_it_encrypted(cast: Cast, ear: Ear, server: Controller) -> None:
    job = run(bench(cast, server, starttls=True))
    assert (job.state, job.trouble, ear.heard) == ("waiting", "NotEncrypted", [])


def test_nothing_is_said_to_a_server_that_nobody_vouches_for(cast: Cast, ear: Ear, encrypted: Controller) -> None:
    job = run(bench(cast, encrypted, starttls=True))
    assert (job.state, job.trouble, ear.heard) == ("waiting", "SSLCertVerificationError", [])


def test_the_letter_goes_encrypted_to_a_server_that_is_vouched_for(
    cast: Cast, ear: Ear, encrypted: Controller, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert run(bench(cast, encrypted, starttls=True)).state == "done"
    assert [was_encrypted for _, was_encrypted in ear.heard] == [True]
