"""The search page: words in one's own notes, answers and tasks. What is typed is sent as a form: it stands in no address."""

from __future__ import annotations

import uuid

from flask import render_template, request
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.models import Case
from clinic.web.context import viewer
from clinic.web.practice import practice
from clinic.web.practice.searching import Found, search
from forms.searching import KINDS, SearchForm


@practice.get("/search")
def search_page() -> ResponseReturnValue:
    access.require(viewer(), Permission.ADD_CASE)
    return _page(SearchForm(data={"kinds": list(KINDS)}))


@practice.post("/search")
def search_words() -> ResponseReturnValue:
    """Nothing is changed here: it is a POST for the sake of the words."""
    access.require(viewer(), Permission.ADD_CASE)
    form = SearchForm(request.form)
    if not form.validate():
        return _page(form, status=400)
    return _page(form, search(viewer(), form.words.data or "", kinds=form.kinds.data or list(KINDS)))


@practice.route("/cases/<uuid:id>/search", methods=["GET", "POST"])
def search_case(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.SEE_CASE)
    if request.method == "GET":
        return _page(SearchForm(data={"kinds": list(KINDS)}), case=case)
    form = SearchForm(request.form)
    if not form.validate():
        return _page(form, case=case, status=400)
    return _page(form, search(viewer(), form.words.data or "", kinds=form.kinds.data or list(KINDS), case=case), case=case)


def _page(form: SearchForm, found: Found | None = None, *, case: Case | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("practice/search/search.html", form=form, found=found, case=case), status
