"""Whatever a person wrote is printed as they wrote it, and does nothing else."""

import socket
import threading
from dataclasses import replace

import pytest

from reports import render_html, render_pdf, sample
from reports.cover import Person
from reports.pdf import typeset
from reports.progress import Agreement, Goal, NotePart, Session, Setback, StageWork


@pytest.fixture
def listener():
    """A server on this machine that counts who calls."""
    calls = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    done = threading.Event()

    def listen():
        while not done.is_set():
            try:
                connection, caller = server.accept()
            except TimeoutError:
                continue
            calls.append(caller)
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
    done.set()
    thread.join()
    server.close()


def everywhere(text):
    """A report with this text in each place that a person can fill."""
    full = sample.couple()
    return replace(
        sample.empty(),
        title=text,
        people=(Person(text, text),),
        reader=text,
        counselor_text=text,
        setbacks=(Setback(full.period.start, text),),
        measures=(replace(full.measures[0], title=text, series=(replace(full.measures[0].series[0], person=text, change=text),)),),
        sessions=(Session(full.period.start, text, 50, text, 1, (StageWork(text, text, 1),), (NotePart(text, text),), text),),
        agreements=(Agreement(text, text, text),),
        goals=(Goal(text, text),),
        next_steps=(text,),
        confidentiality=text,
    )


def attack(address):
    return (
        f'"\'><img src="{address}/a"><link rel=stylesheet href="{address}/b"><style>@import url({address}/c);'
        f'@font-face{{font-family:x;src:url({address}/d)}}</style><svg><image href="{address}/e"/></svg>'
        f'<object data="{address}/f"></object><a rel=attachment href="file:///etc/hostname">x</a>{{{{ 7*7 }}}}'
        f"<script>location='{address}/g'</script>&lt;b&gt;"
    )


def test_injected_markup_is_printed_as_text_and_fetches_nothing(listener, templates, fonts, words):
    address, calls = listener
    report = everywhere(attack(address))
    text = words(report)
    assert f'<img src="{address}/a">' in text.replace("\n", "")
    assert "{{ 7*7 }}" in text and "&lt;b&gt;" in text
    assert calls == []


def test_injected_markup_attaches_nothing(printed):
    assert not printed(everywhere(attack("http://127.0.0.1:9"))).attachments


def test_no_markup_of_a_person_reaches_the_html(templates):
    html = render_html(everywhere("<i>x</i>\"' onload=y"), templates)
    assert "<i>" not in html
    assert html.count("&lt;i&gt;x&lt;/i&gt;") > 15


def test_even_markup_that_got_in_would_fetch_nothing(listener, templates, fonts):
    address, calls = listener
    html = f"<html lang=en><title>Document</title><body>{attack(address)}<p>text</p>"
    assert typeset(html, "progress", "A4", templates=templates, fonts=fonts).startswith(b"%PDF")
    assert calls == []


def test_a_file_of_this_machine_is_never_read_into_a_document(templates, fonts, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>hidden</text></svg>')
    html = f'<html lang=en><title>Document</title><body><img alt=x src="{secret.as_uri()}"><p>text</p>'
    quiet = typeset(html, "progress", "A4", templates=templates, fonts=fonts)
    without = typeset(html.replace(secret.as_uri(), "data:,"), "progress", "A4", templates=templates, fonts=fonts)
    assert abs(len(quiet) - len(without)) < 200


@pytest.mark.parametrize("text", ["\x00", "a\x0bb\x1fc", "\ud800", "x\udfffy", "\ufffe", "\u202eright to left", "𝔘nicode 🙂"])
def test_characters_that_paper_cannot_hold_never_stop_a_report(text, templates, fonts):
    assert render_pdf(everywhere(text), templates, fonts).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["A" * 500, "word " * 100, "Wolfeschlegelsteinhausenbergerdorff " * 14])
def test_long_titles_and_names_stay_inside_the_margins(text, printed):
    reader = printed(everywhere(text.strip()))
    assert reader.pages
    for page in reader.pages:
        right = max(x for x in positions(page))
        assert right < float(page.mediabox.width) - 40


def positions(page):
    """Where every run of text begins, from the left edge of the page, in points."""
    found = []

    def visit(text, matrix, text_matrix, font, size):
        if text.strip():
            found.append(matrix[0] * text_matrix[4] + matrix[4])

    page.extract_text(visitor_text=visit)
    return found
