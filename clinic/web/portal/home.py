"""What is waiting for this person: being built."""

from flask import render_template

from clinic.web.portal import portal


@portal.get("/")
def home() -> str:
    return render_template("portal/home.html")


@portal.get("/about")
def about() -> str:
    return ""
