"""Looking for words in the record. Decides what can be looked through; never knows what is there."""

from __future__ import annotations

from wtforms import Form

from forms.fields import Needed, Several, ShortText, choices_of

KINDS = {"note": "Notes", "answer": "Answers", "task": "Tasks"}


class SearchForm(Form):
    words = ShortText("Words", [Needed("Type a word, or the beginning of one.")], most=120)
    kinds = Several("Look through", choices_of(KINDS.items()))
