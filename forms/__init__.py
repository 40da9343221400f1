"""What is asked: definitions, the forms made from them, and scores. No database, no request, no user."""

from forms.library import Library, library
from forms.reading import ContentError

__all__ = ["ContentError", "Library", "library"]
