"""Invented reports, for previews of the design, for tests, and for the benchmark.

Decides nothing about real people: Ana and Ben do not exist. The same case in the words that each audience
may read, and a case in which nothing has happened yet.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from reports.progress import (
    LEAVES_OUT,
    Agreement,
    Audience,
    Author,
    CutOff,
    Goal,
    Homework,
    Measure,
    Period,
    Person,
    Point,
    Practice,
    ProgressReport,
    Series,
    Session,
    Setback,
    SharedAnswer,
    Signature,
    Stage,
    StageChange,
    StageState,
    StageWork,
    Worksheet,
)

START, END = date(2025, 1, 6), date(2025, 9, 30)
TITLES = (
    "Address the Betrayal", "Create Healthy Boundaries", "Allow Time to Heal", "Be Patient and Understanding",
    "Put in the Work", "Let Go of the Past", "Seek Professional Help", "Take Care of Yourself",
    "Be Honest and Direct", "Give and Receive Affection", "Focus on the Future",
)  # fmt: skip
# Per stage: days after the start, and the state from then on.
COURSE: tuple[tuple[tuple[int, str], ...], ...] = (
    ((0, "in_progress"), (98, "worked_through"), (161, "revisiting"), (203, "worked_through")),
    ((14, "in_progress"), (126, "worked_through")),
    ((42, "in_progress"),),
    ((70, "in_progress"), (196, "worked_through")),
    ((112, "in_progress"),),
    ((168, "in_progress"), (203, "set_aside")),
    ((0, "in_progress"), (28, "worked_through")),
    ((7, "in_progress"), (84, "worked_through"), (161, "revisiting")),
    ((133, "in_progress"),),
    (),
    (),
)
WORK = (
    ("They put into words what each needs to hear. Ana asked for plain answers without a reason attached to each; "
     "Ben noticed that explaining comes first to him and answering second. They practiced the other order on a "
     "small matter and both found it slower and easier.", 0),
    ("Reviewed the week with the plan for evenings. Two of three evenings went as agreed. The third ended early; "
     "Ben said so the same night, and Ana counted that as part of the agreement being kept.", 1),
    ("Sleep and meals first. Ana has gone back to her Saturday swim. Ben keeps a short note of what he avoids and "
     "brought it without being asked.", 1),
    ("A difficult meeting. A message from the past year came up again. We stayed with what is known, wrote down "
     "what is not, and set a time to return to it rather than settling it now.", -1),
    ("Both described the same conversation, one after the other, without correcting the other's account. The two "
     "accounts differ in one place; they could name it calmly.", 2),
    ("Slow going; the homework of the week was not looked at. We used the time to read it aloud together and chose "
     "one line to try before the next meeting.", -2),
)  # fmt: skip


def on(days: int) -> date:
    return START + timedelta(days)


def couple(audience: Audience = Audience.COUNSELOR) -> ProgressReport:
    """Twenty-four sessions over nine months, as the given audience may read them."""
    full = _everything()
    if audience is Audience.COUNSELOR:
        return full
    if audience is Audience.JOINT:
        return _joint(full)
    return _of_ana(full)


def empty(audience: Audience = Audience.COUNSELOR) -> ProgressReport:
    """A case opened this week."""
    return replace(
        _cover(audience),
        period=Period(START, on(7)),
        prepared_on=on(7),
        signature=Signature("Cleo Hartmann", "Licensed marriage and family therapist"),
        stages=tuple(Stage(number, title) for number, title in enumerate(TITLES, 1)),
    )


def _cover(audience: Audience) -> ProgressReport:
    return ProgressReport(
        title="Progress report",
        case_code="K7QM-2R",
        people=(Person("Ana Moreno", "wife of Ben"), Person("Ben Carter", "husband of Ana")),
        period=Period(START, END),
        prepared_by=Author("Cleo Hartmann", "LMFT, license 48213"),
        practice=Practice("Harbor Street Counseling", ("214 Harbor Street, Suite 3", "Portland, ME 04101", "207 555 0142")),
        prepared_on=date(2025, 10, 2),
        audience=audience,
        leaves_out=LEAVES_OUT[audience],
        confidentiality="Confidential. Prepared for the reader named on the first page; not to be copied or passed on "
        "without the consent of the people it is about. Invented data.",
        signature=Signature("Cleo Hartmann", "Licensed marriage and family therapist", date(2025, 10, 2)),
        reader={Audience.COUNSELOR: "The case record", Audience.JOINT: "Ana Moreno and Ben Carter"}.get(audience, "Ana Moreno"),
    )


def _everything() -> ProgressReport:
    return replace(
        _cover(Audience.COUNSELOR),
        counselor_text="Over nine months the two have moved from daily questioning to agreed times for hard "
        "conversations. Trust as each rates it has risen for both, with a clear dip in June after a message from "
        "the past year came to light; they came back from it in five weeks, where the first such dip had taken "
        "three months.\n\nThe first stage was opened again at that point and closed in July. Work now centers on "
        "honesty in small daily matters and on effort that shows without being asked for.",
        stages=tuple(
            Stage(number, title, tuple(StageChange(on(days), StageState(state)) for days, state in course),
                  "Signed off July 28, 2025: achieved" if number == 1 else "")
            for number, (title, course) in enumerate(zip(TITLES, COURSE, strict=True), 1)
        ),
        setbacks=(
            Setback(on(51), "An unannounced late evening; both asked for an earlier session."),
            Setback(on(158), "A message from the past year came to light. Stages 1 and 8 were opened again."),
        ),
        measures=_measures(),
        homework=(_homework("Ana Moreno", 0), _homework("Ben Carter", 3)),
        sessions=_sessions(),
        agreements=_agreements(),
        goals=(
            Goal("We can speak about the past year for half an hour without either of us leaving the room.", "reached", on(20)),
            Goal("Every change of plan is said the same day.", "in progress", on(34)),
            Goal("A week away together in the spring.", "not yet begun", on(230)),
        ),
        shared_answers=_shared(),
        next_steps=(
            "Two sessions on Be Honest and Direct, with the daily two-minute check-in as homework.",
            "Repeat the relationship measure at the end of November.",
            "Review the agreement about evenings on October 20 and decide whether it is still needed.",
            "Decide together when Let Go of the Past is taken up again.",
        ),
    )  # fmt: skip


def _joint(full: ProgressReport) -> ProgressReport:
    return replace(
        _cover(Audience.JOINT),
        counselor_text=full.counselor_text.split("\n\n")[1],
        stages=full.stages,
        sessions=_numbered(session for session in full.sessions if session.kind == "Joint session"),
        agreements=full.agreements,
        goals=full.goals,
        shared_answers=full.shared_answers,
        next_steps=full.next_steps,
    )


def _of_ana(full: ProgressReport) -> ProgressReport:
    return replace(
        _cover(Audience.PERSON),
        counselor_text=full.counselor_text.split("\n\n")[1],
        stages=full.stages,
        measures=tuple(replace(measure, series=measure.series[:1]) for measure in full.measures),
        homework=full.homework[:1],
        sessions=_numbered(session for session in full.sessions if "with Ben" not in session.kind),
        agreements=full.agreements,
        goals=full.goals,
        shared_answers=full.shared_answers,
        next_steps=full.next_steps,
    )


def _numbered(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Numbered anew: a missing number would tell of a meeting that this reader is not told of."""
    return tuple(replace(session, number=number) for number, session in enumerate(sessions, 1))


def _weekly(values: str, first: int = 0, apart: int = 7, prorated: int = -1) -> tuple[Point, ...]:
    return tuple(
        Point(on(first + apart * place), None, remark="not scored")
        if value == "-"
        else Point(on(first + apart * place), float(value), prorated=place == prorated)
        for place, value in enumerate(values.split())
    )


def _measures() -> tuple[Measure, ...]:
    baseline = "Reliable change: none known for this measure; compared with the person's own first answers. Not validated."
    return (
        Measure(
            "Trust Pulse", "Higher is better.", 0, 32,
            (Series("Ana Moreno", _weekly("7 8 11 10 13 16 15 18 12 14 19 21 23 24", 1, 20),
                    "From 7 to 24, 17 points above her own first answer."),
             Series("Ben Carter", _weekly("12 13 13 15 16 19 18 20 15 17 20 22 23 23", 4, 20),
                    "From 12 to 23, 11 points above his own first answer.")),
            baseline,
        ),
        Measure(
            "Distress thermometer", "Lower is better.", 0, 10,
            (Series("Ana Moreno", _weekly("9 9 8 8 9 7 8 9 7 6 6 5 6 5 5 4 4 5 4 4 3 4 8 9 7 6 5 4 4 3 3 4 3 2 3 2 2 2"),
                    "From 9 to 2, with 9 again in the week of June 16."),
             Series("Ben Carter", _weekly("7 7 6 7 6 6 5 8 6 5 - 5 4 4 5 4 3 4 3 3 4 3 7 7 6 5 5 4 3 3 3 2 3 3 2 2 2 2", 2),
                    "From 7 to 2. One week was left unanswered.")),
            baseline,
        ),
        Measure(
            "Overall this week", "Higher is better.", 0, 10,
            (Series("Ana Moreno", _weekly("2 2 3 2 2 4 3 2 4 4 5 5 4 5 6 6 6 5 6 7 7 6 3 2 4 5 5 6 7 7 7 6 7 8 7 8 8 8"),
                    "From 2 to 8."),
             Series("Ben Carter", _weekly("3 4 4 3 4 4 5 3 4 5 5 5 6 6 5 6 7 6 7 7 6 7 4 4 5 5 6 6 7 7 7 8 7 7 8 8 8 8", 2),
                    "From 3 to 8.")),
            baseline,
        ),
        Measure(
            "Couples Satisfaction Index (CSI-16)", "Higher is better.", 0, 81,
            (Series("Ana Moreno", _weekly("28 33 41 55 60", 3, 63),
                    "From 28 to 60: reliable change for the better, and above the cut-off."),
             Series("Ben Carter", _weekly("39 42 46 47 50", 8, 63, prorated=2),
                    "From 39 to 50: reliable change for the better, still below the cut-off.")),
            "Reliable change: 7 points or more (Funk & Rogge, 2007, computed from the published reliability).",
            CutOff(51.5, "cut-off 51.5"),
        ),
    )  # fmt: skip


def _homework(person: str, late: int) -> Homework:
    titles = ("What happened, in my words", "What I need to hear", "Questions for a later day", "My week, gently",
              "Where my limits are", "What steadies me", "A small promise, kept", "When it comes back",
              "What I am willing to carry", "Two-minute check-in")  # fmt: skip
    rows = tuple(
        Worksheet(
            title, TITLES[(place * 3) % 11],
            "Waiting" if place == 9 else "Returned with a comment" if place == 5 else "Reviewed",
            on(place * 26), on(place * 26 + 10),
            None if place == 9 else on(place * 26 + (13 if place % 4 == late % 4 else 8)),
        )
        for place, title in enumerate(titles)
    )  # fmt: skip
    return Homework(person, rows, "Ten worksheets given, nine sent, three of them after the due date.")


def _sessions() -> tuple[Session, ...]:
    sessions = []
    for place in range(24):
        alone = {5: "Individual session with Ana", 6: "Individual session with Ben", 17: "Individual session with Ben"}
        kind = alone.get(place, "Joint session")
        attendance = "Ana and Ben attended" if place not in alone else f"{kind.split()[-1]} attended"
        if place == 12:
            attendance = "Ana attended; Ben called in sick and joined by phone for the last part"
        text, rating = WORK[place % len(WORK)]
        other, second = WORK[(place + 2) % len(WORK)]
        work = [StageWork(TITLES[min(place // 3, 8)], text, rating)]
        if place % 2 == 0:
            work.append(StageWork(TITLES[(place // 3 + 7) % 9], other, second if place % 4 else None))
        sessions.append(Session(on(1 + place * 11), kind, 80 if place in (0, 13) else 50, attendance, place + 1, tuple(work)))
    return tuple(sessions)


def _agreements() -> tuple[Agreement, ...]:
    return (
        Agreement(
            "Evenings out",
            "We each say by noon where we will be and when we expect to be back. If it changes, a message goes the "
            "same hour. Neither of us asks for more than that.",
            "Signed by Ana Moreno and Ben Carter on March 17, 2025.", date(2025, 10, 20),
        ),
        Agreement(
            "Hard conversations",
            "Tuesday and Friday at eight, half an hour, phones in the kitchen. Either of us can call a pause of "
            "twenty minutes and then comes back.",
            "Signed by Ana Moreno and Ben Carter on May 12, 2025.", date(2025, 11, 12),
        ),
    )  # fmt: skip


def _shared() -> tuple[SharedAnswer, ...]:
    return (
        SharedAnswer("Ana Moreno", "What I need to hear", "What would help most this month?",
                     ("A plain answer first, and the reasons when I ask for them.",), on(61)),
        SharedAnswer("Ben Carter", "A small promise, kept", "What did you keep, and how did it go?",
                     ("I called when the meeting ran over.", "It was easier than I had made it in my head."), on(140)),
    )  # fmt: skip
