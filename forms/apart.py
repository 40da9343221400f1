"""A psychotherapy note, and the hint that something typed there belongs into the record instead.

Decides: which words speak of what the law leaves out of psychotherapy notes (45 CFR 164.501): start and stop times, modality and
frequency, results of tests, diagnosis, functional status, treatment plan, symptoms, prognosis, progress; medication as well. Must
never know: whose note it is. A hint is a line to read. It refuses nothing, and it may be wrong.
"""

from __future__ import annotations

import re

from wtforms import Form

from forms.fields import LongText, Whole

_CLOCK = r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?!\s*%)|\b(?:1[0-2]|[1-9])\s?[ap]\.?m\b|\b\d{2,3}[- ]?min(?:ute)?s?\b"
_TESTS = r"phq|gad|pcl|ies-?r|bdi|bai|das|csi|rdas|ces-?d|k-?10|mmpi|moca|trust pulse"
PATTERNS: dict[str, str] = {
    "session times": rf"{_CLOCK}|\b(?:session|we|visit) (?:began|started|ended|ran|lasted)\b|\b(?:start|end|stop)(?:ed)? time\b",
    "the kind or frequency of treatment": (
        r"\b(?:cbt|dbt|emdr|eft|act therapy|exposure therapy|modality|telehealth|conjoint sessions?)\b"
        r"|\b(?:once|twice|two times|three times|every other) (?:a |per )?(?:week|month)\b"
        r"|\b(?:bi-?weekly|weekly|fortnightly|monthly) (?:sessions?|meetings?|therapy|visits?)\b"
        r"|\bevery (?:week|two weeks|fortnight|month)\b"
    ),
    "test results": rf"\b(?:{_TESTS})(?:-?\d{{1,2}})?\b(?=.{{0,40}}\d)|\b(?:scored|score of|test results?|cut-?off)\b",
    "a diagnosis": (
        r"\b(?:diagnos\w+|dsm(?:-\w+)?|icd(?:-\d+)?|rule[sd]? out|meets criteria)\b|\b[fz]\d{2}\.\d{1,2}\b"
        r"|\b(?:ptsd|adhd|major depressive disorder|adjustment disorder|(?:borderline|narcissistic) personality disorder)\b"
    ),
    "functional status": (
        r"\b(?:functional status|level of functioning|gaf|whodas|activities of daily living|unable to work|fit for work)\b"
    ),
    "a treatment plan": (
        r"\b(?:treatment (?:plan|goals?)|plan(?:ned)? (?:is|for next session)|next session we|goals? of therapy"
        r"|interventions? (?:used|planned))\b"
    ),
    "symptoms": (
        r"\b(?:symptom\w*|insomnia|nightmares?|flashbacks?|panic attacks?|hypervigilan\w+|intrusive thoughts?|anhedonia"
        r"|suicidal(?:ity)?|appetite|sleeps? (?:poorly|badly|\d))\b"
    ),
    "a prognosis": r"\bprognos\w+\b|\b(?:outlook|expected to recover|likely to relapse)\b",
    "progress": (
        r"\b(?:(?:good|some|little|no|slow|steady) progress|progress (?:to date|so far|made)|has improved|much improved"
        r"|worse than last|regress\w+)\b"
    ),
    "medication": r"\b(?:medication|prescri\w+|dose|dosage|\d+ ?mg|ssri|sertraline|fluoxetine|escitalopram|lorazepam)\b",
}
_COMPILED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in PATTERNS.items()}


def belongs_in_record(text: str) -> tuple[str, ...]:
    """What the text seems to hold that the record of the case is the place for, in words; nothing where it holds none."""
    return tuple(kind for kind, pattern in _COMPILED.items() if pattern.search(text))


def hint(text: str) -> str:
    """One calm sentence, or nothing."""
    found = belongs_in_record(text)
    if not found:
        return ""
    listed = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
    return f"This seems to mention {listed}. That belongs in the session's note: the law does not protect it here."


class ApartForm(Form):
    revision = Whole("Revision", least=0, most=1_000_000)
    text = LongText("Your note")
