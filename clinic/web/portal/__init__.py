"""The client's pages. One module per noun; each adds its routes to this blueprint. Neutral words only in titles and addresses."""

from flask import Blueprint

portal = Blueprint("portal", __name__, url_prefix="/my")

from clinic.web.portal import (  # noqa: E402, F401  (the routes hang on the blueprint above)
    agreements,
    devices,
    documents,
    home,
    homework,
    noticed,
    password,
    private_word,
    proposals,
    readings,
    reminders,
    reveals,
    runs,
    sending,
    sharing,
)
