"""The hint beside a psychotherapy note: what the law leaves out of them is named, and plain reflection is left alone."""

from __future__ import annotations

import time

import pytest

from forms.apart import PATTERNS, belongs_in_record, hint

NAMED = {
    "session times": ["We met 3:15 to 4:05.", "Session ended at 4 pm", "a 50-minute hour", "The session began late"],
    "the kind or frequency of treatment": ["Weekly sessions seem too much", "EMDR next", "twice a week", "every two weeks"],
    "test results": ["PHQ-9 was 14", "He scored high", "her PCL-5 today: 41"],
    "a diagnosis": ["Meets criteria for something", "PTSD?", "F43.10", "my diagnosis"],
    "functional status": ["unable to work since May", "Level of functioning is low"],
    "a treatment plan": ["The treatment plan should shift", "goals of therapy"],
    "symptoms": ["Nightmares again", "symptoms are worse", "flashbacks"],
    "a prognosis": ["Prognosis guarded"],
    "progress": ["Good progress", "She has improved"],
    "medication": ["Sertraline 50 mg", "new prescription"],
}
PLAIN = [
    "I notice my own wish to rescue her, and how he waits for me to take a side.",
    "The silence felt like the house of my own childhood. Who am I to them?",
    "He plans his words. She reads my face before she reads his.",
    "It took me back to an old case; I was angry, then ashamed of it.",
    "Something is not being said, and I am part of that.",
    "They began to look at each other. I was moved by it.",
    "",
]


def test_each_kind_that_the_law_names_is_found() -> None:
    assert set(NAMED) == set(PATTERNS)
    for kind, texts in NAMED.items():
        for text in texts:
            assert kind in belongs_in_record(text), (kind, text)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_reflection_is_left_alone(text: str) -> None:
    assert (belongs_in_record(text), hint(text)) == ((), "")


def test_the_hint_is_one_calm_sentence_that_names_what_it_found() -> None:
    said = hint("PHQ-9 was 14. Weekly sessions. Prognosis good.")
    assert said.startswith("This seems to mention the kind or frequency of treatment, test results and a prognosis.")
    assert "belongs in the session's note" in said


def test_a_very_long_text_is_read_at_once() -> None:
    """No pattern goes back and forth over what was typed."""
    began = time.process_time()
    belongs_in_record("a 1 12 12: phq " * 1_400 + "progress " * 1_000)
    assert time.process_time() - began < 1
