"""What a counselor sets for themselves. Decides: the choices. Must never know: who sets them."""

from __future__ import annotations

from wtforms import Form

from forms.fields import Needed, OneOf, choices_of


class OwnSettingsForm(Form):
    letter_keys = OneOf("Letter keys", choices_of([("on", "On"), ("off", "Off")]), [Needed("Choose on or off.")])
