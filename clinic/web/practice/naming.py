"""What the counselor's pages call things: homework by its title, a case by what ties its two people, a person by their side.

Decides: the words. Must never know: what anyone answered.
"""

from __future__ import annotations

from functools import lru_cache

from clinic.models import Assignment, Case, Participant
from forms import Wording, library
from forms.cases import RELATIONSHIPS, SIDES

TIES = {str(choice.value): str(choice.label) for choice in RELATIONSHIPS}
SIDE_WORDS = {str(choice.value): str(choice.label) for choice in SIDES}
SHORT_SIDES = {"hurt": "Was hurt", "involved": "Was involved", "both": "Both sides", "unset": "Side not decided"}


def title_of(assignment: Assignment, case: Case) -> str:
    return _title(assignment.kind, assignment.content_id, assignment.content_version, case.relation)


@lru_cache(maxsize=1024)
def _title(kind: str, content_id: str, version: int, relation: str) -> str:
    if kind == "measure":
        return library.measure(content_id, version).title
    return library.worksheet(content_id, version).title.text(neutral_wording(relation))


def neutral_wording(relation: str) -> Wording:
    """For titles and previews: nobody's own words."""
    return Wording("the other person", "what happened", relation)


def person_line(person: Participant) -> str:
    """The side and the pronouns, under a name."""
    return ", ".join(part for part in (SHORT_SIDES[person.side], person.pronouns) if part)
