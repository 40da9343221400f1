"""Separating a case: the counselor reads first what happens; afterwards neither finds anything of the other, nor why."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cast import Browser, Cast
from flask import Flask
from paper import without_tokens, words

from clinic.db import db
from clinic.models import Answer, Assignment, AuditEntry, JointForm, JointVersion, Message, Reveal
from clinic.models.agreeing import decide, keep_draft, open_for_both, put_version
from clinic.models.exchanges import begin_exchange
from clinic.models.joint import Decision
from clinic.models.revealing import open_group
from clinic.models.reveals import Place, notice
from clinic.models.sending import share, worksheet_of
from forms import Given, library
from tests.privacy.crawl import everything_in, other_parts, path_of, rules

Opened = Callable[[str], Browser]
WHY = "QzReasonZq: he asked for it."
# The words that the other reads while they work together.
THE_OTHERS = {
    "Ana": {"QzBenSharedZq", "QzBenOpenedZq", "QzBenProposalZq", "QzBenSaysZq", "QzSignedZq"},
    "Ben": {"QzAnaSharedZq", "QzAnaOpenedZq", "QzAnaWishZq", "QzSignedZq"},
}
SIGNED = "QzSignedZq"


@dataclass(frozen=True)
class Life:
    shared: uuid.UUID  # Ben's answer
    reveal: uuid.UUID
    rule: uuid.UUID
    signed: uuid.UUID
    proposal: uuid.UUID
    goals: uuid.UUID  # Ana has a draft
    rating: uuid.UUID  # of the exchange, open before Ana
    reply: uuid.UUID  # Ben's, sent


@pytest.fixture
def life(cast: Cast) -> Life:
    """Ana and Ben with something of everything that two people have of each other."""
    session, at, by, case = db.session(), cast.clock(), cast.users["Cleo"], cast.case("Ana")
    for check in session.query(Assignment).filter_by(content_id="safety-check"):
        check.mark_reviewed(by=by, at=at)
    for name in ("Ana", "Ben"):
        sent(cast, name, "hopes", {"hopes": Given(f"Qz{name}OpenedZq"), "how_i_react": Given(f"Qz{name}SharedZq")})
        answer = session.query(Answer).filter_by(participant_id=cast.seats[name], item_id="how_i_react").one()
        share(session, answer, by=cast.users[name], at=at)
    reveal = open_group(session, case, "hopes", place=Place.FROM_HOME, by=by, at=at)
    session.flush()
    notice(session, reveal, cast.seat("Ana"), "QzAnaNoticedZq", by=cast.users["Ana"], at=at)
    sent(cast, "Ana", "acts-that-help", {"small_acts": Given(["QzAnaWishZq"])})
    open_group(session, case, "small_acts", place=Place.FROM_HOME, by=by, at=at)
    asked = library.worksheet("acts-i-can-do").items[0]
    row = {"of": "QzAnaWishZq", "choice": asked.choices[0].id, "text": "QzBenRepliesZq"}
    reply = sent(cast, "Ben", "acts-i-can-do", {asked.id: Given({"rows": [row]})})
    rating = exchange(cast)
    rule = open_for_both(session, case, library.worksheet("pause-rule"), by=by, at=at)
    goals = open_for_both(session, case, library.worksheet("shared-goals"), by=by, at=at)
    session.flush()
    signed = put(cast, rule, "Ana", SIGNED)
    ben = {"participant": cast.seat("Ben"), "typed_name": "Ben B", "day": at.date(), "by": cast.users["Ben"], "at": at}
    decide(session, rule, signed, Decision.SIGNED, **ben)
    proposal = put(cast, rule, "Ben", "QzBenProposalZq")
    keep_draft(session, goals, cast.seat("Ana"), {"goals": Given([{"goal": "QzAnaDraftZq"}])}, known=0, at=at)
    session.commit()
    return Life(answer.id, reveal.id, rule.id, signed.id, proposal.id, goals.id, rating, reply.id)


def sent(cast: Cast, name: str, worksheet: str, given: dict[str, Given]) -> Assignment:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.flush()
    cast.send(row, given, by=cast.users[name])
    db.session.flush()
    return row


def exchange(cast: Cast) -> uuid.UUID:
    by, at, case = cast.users["Cleo"], cast.clock(), cast.case("Ana")
    round = begin_exchange(db.session(), case, "what-i-hear", cast.seat("Ben"), by=by, at=at).rounds[0]
    db.session.flush()
    said = db.session.get_one(Assignment, round.saying_id)
    cast.send(said, {item.id: Given("QzBenSaysZq") for item in worksheet_of(said).items}, by=cast.users["Ben"])
    db.session.flush()
    open_group(db.session(), case, "what_i_hear", place=Place.FROM_HOME, by=by, at=at)
    return round.rating_id


def put(cast: Cast, form: JointForm, name: str, terms: str) -> JointVersion:
    words = {"pause_rule": Given({"terms": terms, "review_on": "2026-04-01", "until": ""})}
    seat, by, at = cast.seat(name), cast.users[name], cast.clock()
    keep_draft(db.session(), form, seat, words, known=0, at=at)
    after = len(form.versions)
    return put_version(db.session(), form, seat, typed_name=f"{name} A", after=after, day=at.date(), by=by, at=at)


def page_of(cast: Cast) -> str:
    return f"/practice/cases/{cast.cases['Ana']}/separation"


def separate(cast: Cast, cleo: Browser) -> int:
    return cleo.post(page_of(cast), {"why": WHY, "read": "y"}).status_code


# --- the counselor --------------------------------------------------------------------------------------------------------


def test_what_happens_is_read_first_and_nothing_happens_without_a_reason_and_the_tick(
    life: Life, cast: Cast, browser: Opened
) -> None:
    cleo, page = browser("Cleo"), page_of(cast)
    case = cleo.get(f"/practice/cases/{cast.cases['Ana']}")
    assert page in case.get_data(as_text=True)
    said = words(cleo.get(page))
    assert "is shown no more" in said
    assert "It is not undone" in said
    for typed, missing in (({"why": WHY}, "Tick the box"), ({"read": "y", "why": " "}, "Write why")):
        reply = cleo.post(page, typed, form_at=page)
        assert (reply.status_code, missing in words(reply)) == (400, True)
        assert typed["why"] in reply.get_data(as_text=True)
    assert cast.case("Ana").separated_at is None


def test_pressed_twice_it_is_done_once_and_only_by_the_counselor_of_the_case(life: Life, cast: Cast, browser: Opened) -> None:
    for name in ("Fay", "Max", "Ana"):
        assert browser(name).get(page_of(cast)).status_code == 404
    cleo = browser("Cleo")
    typed = {"csrf_token": cleo.token(page_of(cast)), "why": WHY, "read": "y"}
    assert [cleo.open(page_of(cast), method="POST", data=typed).status_code for _ in range(2)] == [303, 303]
    db.session.rollback()
    assert db.session.query(AuditEntry).filter_by(event="case_separated").count() == 1
    assert WHY in words(cleo.get(page_of(cast)))


def test_the_case_says_it_and_offers_nothing_joint(life: Life, cast: Cast, browser: Opened) -> None:
    cleo, case = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}"
    assert separate(cast, cleo) == 303
    page = cleo.get(case)
    assert "Separated on March 2, 2026: the two no longer see anything of each other" in words(page)
    assert "Separate the two" not in words(page)
    assert "separated March 2, 2026" in words(cleo.get("/practice/"))
    assert "The two were separated on March 2, 2026." in words(cleo.get(f"{case}/reveals"))
    for path in ("reveals", "agreements", "safety", "joint/new?worksheet=pause-rule", "separation"):
        page = cleo.get(f"{case}/{path}")
        assert page.status_code == 200, path
        assert 'method="post"' not in page.get_data(as_text=True).partition("<main")[2].partition("</main>")[0], path
    assert "QzBenOpenedZq" in words(cleo.get(f"{case}/reveals")), "the record stays whole"
    tried = [("joint/new", {"worksheet": "weekly-check-in"}), ("reveals", {"group": "hopes", "place": "from_home", "seen": "x"})]
    assert [cleo.post(f"{case}/{path}", typed, form_at=case).status_code for path, typed in tried] == [409, 409]
    assert cleo.post(f"/practice/agreements/{life.rule}/end", form_at=case).status_code == 409
    form = cleo.get(f"{case}/reports/new").get_data(as_text=True)
    assert 'value="person"' in form
    assert 'value="joint"' not in form
    reply = cleo.post(f"{case}/reports/new", {"audience": "joint"}, form_at=f"{case}/reports/new")
    assert reply.status_code == 400


def test_a_case_of_one_person_has_nobody_to_separate(cast: Cast, browser: Opened) -> None:
    cast.case("Dot").participants[1].capacity = "collateral"
    db.session.commit()
    cleo, page = browser("Cleo"), f"/practice/cases/{cast.cases['Dot']}/separation"
    assert "Only a case in which two people work with each other" in words(cleo.get(page))
    assert cleo.post(page, {"why": WHY, "read": "y"}).status_code == 409


# --- the two --------------------------------------------------------------------------------------------------------------


ROWS = {"/my/homework/": Assignment, "/my/answers/": Answer, "/my/together/": Reveal, "/my/both/versions/": JointVersion}


def read_by(app: Flask, person: Browser) -> str:
    """Every page of the person's area, with every row of the kind that stands in its address, whoever's it is."""
    replies = []
    ids = {model: [row.id for row in db.session.query(model) if _says(row)] for model in (*ROWS.values(), JointForm)}
    for rule in (one for one in rules(app) if one.rule.startswith("/my/") and one.endpoint != "public.exit"):
        kinds = [model for start, model in ROWS.items() if rule.rule.startswith(start)]
        kind = kinds[0] if kinds else JointForm
        for id in ids[kind] if "id" in rule.arguments else [uuid.uuid4()]:
            parts = other_parts(rule, all_of_them=False)[:1]
            replies += [person.get(path_of(rule, {"id": str(id), **values})) for values in parts]
    return "".join(everything_in(reply) for reply in replies)


def _says(row: Answer | Assignment | JointForm) -> bool:
    """Of the many answers, those with a word of the two."""
    return not isinstance(row, Answer) or "Qz" in repr(row.given)


def met(name: str, text: str) -> set[str]:
    return {word for word in THE_OTHERS[name] if word in text}


@pytest.mark.parametrize("name", ["Ana", "Ben"])
def test_nothing_of_the_other_is_on_any_page_but_what_both_signed(
    name: str, life: Life, cast: Cast, app: Flask, browser: Opened
) -> None:
    person = browser(name)
    assert met(name, read_by(app, person)) == THE_OTHERS[name], "each of these is on some page before"
    assert separate(cast, browser("Cleo")) == 303
    after = read_by(app, person)
    assert met(name, after) == {SIGNED}
    assert "QzReasonZq" not in after
    assert "separat" not in after.lower(), "nothing says what was done, or who asked for it"
    assert db.session.query(Message).count() == 0


def test_old_addresses_answer_like_those_of_a_stranger(life: Life, cast: Cast, browser: Opened) -> None:
    assert separate(cast, browser("Cleo")) == 303
    paths = [
        f"/my/together/{life.reveal}", f"/my/both/{life.goals}", f"/my/both/{life.goals}/words", f"/my/both/{life.rule}/words",
        f"/my/both/{life.rule}/check", f"/my/both/versions/{life.proposal}/document.pdf", f"/my/answers/{life.shared}/sharing",
        f"/my/homework/{life.rating}/1",
    ]  # fmt: skip
    posts = [
        f"/my/both/{life.rule}/versions", f"/my/both/{life.rule}/end", f"/my/both/versions/{life.proposal}/signature",
        f"/my/both/versions/{life.proposal}/refusal", f"/my/both/versions/{life.signed}/refusal", f"/my/both/{life.goals}/words",
        f"/my/answers/{life.shared}/sharing",
    ]  # fmt: skip
    dot, missing = browser("Dot"), f"/my/together/{uuid.uuid4()}"
    stranger = {without_tokens(dot.get(missing))}
    for name in ("Ana", "Ben"):
        person = browser(name)
        assert {without_tokens(person.get(path)) for path in paths} == stranger
        assert {person.post(path, {"name": "x"}, form_at="/my/").status_code for path in posts} == {404}
        assert [person.get(f"/my/{path}").status_code for path in ("shared", "together", "showing")] == [404] * 3


def test_what_both_signed_is_there_with_nothing_to_press(life: Life, cast: Cast, browser: Opened) -> None:
    assert separate(cast, browser("Cleo")) == 303
    for name in ("Ana", "Ben"):
        person = browser(name)
        assert "What both of you signed Our pause rule Kept to read" in words(person.get("/my/"))
        page = person.get(f"/my/both/{life.rule}")
        assert SIGNED in words(page)
        assert "<form" not in page.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
        assert person.get(f"/my/both/versions/{life.signed}/document.pdf").status_code == 200


def test_each_keeps_their_own_and_works_alone(life: Life, cast: Cast, browser: Opened) -> None:
    assert separate(cast, browser("Cleo")) == 303
    ana, ben = browser("Ana"), browser("Ben")
    home = words(ana.get("/my/"))
    assert not [said for said in ("Shared with you", "Opened together", "What you show", "For both of you") if said in home]
    assert "QzAnaNoticedZq" in words(ana.get("/my/noticed"))
    assert "What you noticed" not in words(ben.get("/my/"))
    db.session.rollback()
    own = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ana"], content_id="hopes").one().id
    said = words(ana.get(f"/my/homework/{own}/answers"))
    assert "QzAnaSharedZq" in said
    assert "Only you and your counselor see this." in said
    assert "Show this to" not in said
    assert "you show" not in said.lower()
    assert "QzBenRepliesZq" in words(ben.get(f"/my/homework/{life.reply}/answers"))
