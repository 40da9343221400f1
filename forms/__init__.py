"""What is asked: definitions, the forms made from them, and scores. No database, no request, no user."""

from forms.answers import Given, is_concern
from forms.definition import Wording
from forms.kinds import WorksheetForm, form_for
from forms.library import Library, library
from forms.reading import ContentError
from forms.scoring import change, score

__all__ = [
    "ContentError",
    "Given",
    "Library",
    "Wording",
    "WorksheetForm",
    "change",
    "form_for",
    "is_concern",
    "library",
    "score",
]
