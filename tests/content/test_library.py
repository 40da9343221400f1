"""Content is refused whole, with every mistake named by file, item and key, and how to mend it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forms import ContentError, Library, Wording, form_for
from forms.library import CONTENT, changed_since_published, publish, recorded_checksums
from forms.reading import Problem

STAGES = """
modules = ["first-steps"]
[[phase]]
id = "steady"
title = "Steady"
meaning = "Firm ground."
"""
MODULE = """
id = "first-steps"
version = 1
number = 1
title = "First Steps"
phase = "steady"
aims = ["Begin."]
worksheets = ["begin"]
[introduction]
hurt = "For you."
involved = "For you too."
both = "For both."
"""
WORKSHEET = """
id = "begin"
version = 1
module = "first-steps"
title = "Begin"
for = "each"
minutes = 5
[[page]]
title = "One"
"""
ITEM = """
[[page.item]]
id = "story"
kind = "long_text"
prompt = "What would you like {other} to know?"
"""
MEASURE = """
id = "pulse"
version = 1
title = "Pulse"
short = "Pulse"
own = true
validated = false
better = "higher"
low = 0
high = 8
relationships = ["partner"]
about = "other"
items = [
  { id = "a", prompt = "A.", low = "No", high = "Yes" },
  { id = "b", prompt = "B.", low = "No", high = "Yes" },
]
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A small content folder that is right, but for what is put in its place."""

    def _write(**files: str) -> Path:
        texts = {"stages": STAGES, "module": MODULE, "worksheet": WORKSHEET + ITEM, "measure": MEASURE, **files}
        places = {
            "stages": "stages.toml",
            "module": "modules/first-steps.toml",
            "worksheet": "worksheets/begin.toml",
            "measure": "measures/pulse.toml",
            "older": "worksheets/begin.v1.toml",
            "document": "documents/consent.toml",
            "plans": "plans.toml",
        }
        for name, text in texts.items():
            path = tmp_path / places[name]
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return _write


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        Library.load(folder)
    assert caught.value.problems
    return caught.value.problems


def only_problem(folder: Path) -> str:
    (problem,) = problems_of(folder)
    return str(problem)


def item(text: str) -> str:
    return WORKSHEET + "\n[[page.item]]\n" + text


def test_a_right_folder_is_read(write: Write) -> None:
    library = Library.load(write())
    assert [module.id for module in library.modules] == ["first-steps"]
    assert library.worksheets_of("first-steps")[0].item("story").kind == "long_text"
    assert library.measure("pulse").as_worksheet().items[0].kind == "likert5"
    assert [phase.title for phase in library.phases] == ["Steady"]


def test_a_misspelt_key_names_itself_and_the_right_one(write: Write) -> None:
    said = only_problem(write(worksheet=WORKSHEET + ITEM + 'visibilty = "shareable"\n'))
    assert "worksheets/begin.toml" in said
    assert "item 'story'" in said
    assert "'visibilty'" in said
    assert "did you mean 'visibility'?" in said


def test_all_mistakes_are_said_at_once(write: Write) -> None:
    folder = write(
        module=MODULE.replace('title = "First Steps"', 'titel = "First Steps"'),
        worksheet=item('id = "x1"\nkind = "longtext"\nprompt = ""\nvisibility = "public"\n'),
    )
    said = [str(problem) for problem in problems_of(folder)]
    assert len(said) == 5
    for wanted in ("'title': is missing", "'titel'", "'longtext' is not known", "'prompt'", "'public' is not known"):
        assert any(wanted in one for one in said), (wanted, said)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('id = "a b"\nkind = "date"\nprompt = "When?"', "lower-case Python name"),
        ('id = "Story"\nkind = "date"\nprompt = "When?"', "lower-case Python name"),
        ('id = "class"\nkind = "date"\nprompt = "When?"', "lower-case Python name"),
        ('id = "a"\nprompt = "When?"', "'kind': is missing"),
        ('kind = "date"\nprompt = "When?"', "'id': is missing"),
        ('id = "a"\nkind = "date"', "'prompt': is missing"),
        ('id = "a"\nkind = "date"\nprompt = 7', "must be a text or a table of texts"),
        ('id = "a"\nkind = "date"\nprompt = "What does {othr} say?"', "did you mean 'other'?"),
        ('id = "a"\nkind = "date"\nprompt = "What does {other say?"', "brace without its partner"),
        ('id = "a"\nkind = "date"\nprompt = { friend = "When?" }', "has no partner text"),
        ('id = "a"\nkind = "date"\nprompt = { partner = "When?", freind = "When?" }', "did you mean 'friend'?"),
        ('id = "a"\nkind = "date"\nprompt = "When?"\nnumber = "one"', "must be a whole number, but is 'one'"),
        ('id = "a"\nkind = "date"\nprompt = "When?"\nnumber = true', "must be a whole number, but is True"),
        ('id = "a"\nkind = "date"\nprompt = "When?"\nnever_shared = "yes"', "must be true or false"),
        ('id = "a"\nkind = "choice"\nprompt = "Which?"', "'choices': is missing"),
        ('id = "a"\nkind = "choice"\nprompt = "Which?"\nchoices = []', "needs at least one"),
        ('id = "a"\nkind = "choice"\nprompt = "Which?"\nchoices = [{ id = "x" }]', "choice 'x', key 'label': is missing"),
        (
            'id = "a"\nkind = "choice"\nprompt = "Which?"\nchoices = [{id = "x", label = "X"}, {id = "x", label = "Y"}]',
            "the id 'x' stands twice",
        ),
        ('id = "a"\nkind = "date"\nprompt = "When?"\nchoices = [{id = "x", label = "X"}]', "belongs to choice"),
        ('id = "a"\nkind = "table"\nprompt = "Which?"', "'columns': is missing"),
        ('id = "a"\nkind = "table"\nprompt = "?"\ncolumns = [{id = "data", label = "D"}]', "the form itself uses"),
        ('id = "a"\nkind = "table"\nprompt = "?"\ncolumns = [{id = "c", label = "D", kind = "list"}]', "be a column"),
        ('id = "a"\nkind = "matrix"\nprompt = "?"', "'statements': is missing"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nvisibility = "reveal"', "names the group that is shown together"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nreveal_group = "g"', "visibility is reveal"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nvisibility = "shareable"\nnever_shared = true', "only with visibility"),
        ('id = "a"\nkind = "yes_no"\nprompt = "?"\nconcern = ["ye"]\ntask = "Read"', "did you mean 'yes'?"),
        ('id = "a"\nkind = "yes_no"\nprompt = "?"\nconcern = ["yes"]', "'task': is missing"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nfollows = "b"', "'b' does not exist"),
        ('id = "a"\nkind = "list"\nprompt = "?"\nmost = 0', "must be 1 or more"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nrelationships = ["freind"]', "did you mean 'friend'?"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nrelationships = []', "name the ties, or leave it out"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nneeds = ["until"]', "belongs to agreement"),
        ('id = "a"\nkind = "agreement"\nprompt = "?"\nneeds = ["untill"]', "did you mean 'until'?"),
        ('id = "a"\nkind = "agreement"\nprompt = "?"\nhints = { whom = "x" }', "did you mean 'who'?"),
        ('id = "a"\nkind = "date"\nprompt = "?"\nalways_says = "x"', "belongs to agreement"),
        ('id = "a"\nkind = "follow_up"\nprompt = "?"', "'follows': is missing"),
        (
            'id = "a"\nkind = "choice"\nprompt = "?"\nchoices = [{id = "x", label = "X", relationships = ["friend"]}]',
            "leaves nothing to choose for partner and family",
        ),
    ],
)
def test_a_wrong_item_is_refused_with_its_reason(write: Write, body: str, wanted: str) -> None:
    assert wanted in only_problem(write(worksheet=item(body + "\n")))


@pytest.mark.parametrize("id", ["data", "errors", "validate", "process", "meta", "answers", "asked", "csrf_token", "page"])
def test_an_item_may_not_be_called_like_a_part_of_the_form(write: Write, id: str) -> None:
    said = only_problem(write(worksheet=item(f'id = "{id}"\nkind = "short_text"\nprompt = "?"\n')))
    assert f"'{id}' is a name that the form itself uses" in said


@pytest.mark.parametrize("id", ["validate_story", "filter_story", "_story"])
def test_an_item_may_not_be_called_like_a_hook_of_another(write: Write, id: str) -> None:
    said = only_problem(write(worksheet=item(f'id = "{id}"\nkind = "short_text"\nprompt = "?"\n')))
    assert "the form itself uses" in said


def test_two_items_of_one_worksheet_need_two_ids(write: Write) -> None:
    assert "the id 'story' stands twice" in only_problem(write(worksheet=WORKSHEET + ITEM + ITEM))


@pytest.mark.parametrize(
    ("part", "old", "new", "wanted"),
    [
        ("module", '["begin"]', '["begni"]', "did you mean 'begin'?"),
        ("module", 'phase = "steady"', 'phase = "stedy"', "did you mean 'steady'?"),
        ("module", "number = 1", "number = 2", "stands at place 1"),
        ("stages", '["first-steps"]', '["first-step"]', "did you mean 'first-steps'?"),
        ("worksheet", 'module = "first-steps"', 'module = "first-stepz"', "did you mean 'first-steps'?"),
        ("worksheet", 'for = "each"', 'for = "every"', "'every' is not known"),
        ("worksheet", 'id = "begin"', 'id = "began"', "must be called began.toml"),
        ("worksheet", "minutes = 5", "minutes = 0", "must be 1 or more"),
        ("worksheet", "minutes = 5", 'minutes = 5\nrepeat = {every = "dya"}', "did you mean 'day'?"),
        ("worksheet", "minutes = 5", 'minutes = 5\nrepeat = {every = "session"}', "'before' or 'after' each session"),
        ("worksheet", "minutes = 5", 'minutes = 5\nrepeat = {every = "week", when = "after"}', "and only there"),
        ("worksheet", "minutes = 5", 'minutes = 5\nchangeable = "yes"', "must be true or false"),
        ("measure", "own = true", "own = true\nprompt_below = 2", "go together"),
        ("measure", "high = 8", "high = 9", "the items add up to 0-8"),
        ("measure", "high = 8", "high = 14", "'scale': is missing"),
        ("measure", 'better = "higher"', 'better = "hihger"', "did you mean 'higher'?"),
        ("measure", "own = true", "own = true\nprorate_from = 3", "there are only 2 items"),
        ("measure", 'id = "pulse"', 'id = "pulse"\nlicence = "x"', "'licence': is not a key here"),
    ],
)
def test_what_does_not_fit_together_is_refused(write: Write, part: str, old: str, new: str, wanted: str) -> None:
    text = {"module": MODULE, "stages": STAGES, "worksheet": WORKSHEET + ITEM, "measure": MEASURE}[part]
    assert old in text
    said = [str(problem) for problem in problems_of(write(**{part: text.replace(old, new)}))]
    assert any(wanted in one for one in said), said


@pytest.mark.parametrize(
    ("criterion", "wanted"),
    [
        ('rule = "submited"\nsentence = "Sent."\nworksheet = "begin"', "did you mean 'submitted'?"),
        ('rule = "submitted"\nworksheet = "begin"', "'sentence': is missing"),
        ('rule = "submitted"\nsentence = "Sent."\nworksheet = "bgin"', "did you mean 'begin'?"),
        ('rule = "submitted"\nsentence = "Sent."\nworksheet = "begin"\nitem = "stroy"', "did you mean 'story'?"),
        ('rule = "submitted"\nsentence = "Sent."\nitem = "story"', "'worksheet': is missing"),
        ('rule = "submitted"\nsentence = "Sent."\nworksheet = "begin"\natleast = 3', "did you mean 'at_least'?"),
        ('rule = "reviewed"\nsentence = "Read."\nworksheet = "begin"\ndays = 3', "nothing that the rule 'reviewed' knows"),
        ('rule = "kept_share"\nsentence = "So."\nworksheet = "begin"\nitem = "story"\nvalues = []\ndays = 1', "'share'"),
        ('rule = "recorded"\nsentence = "So."\ntag = "x"\nside = "all"', "'all' is not known"),
        ('rule = "answer_is"\nsentence = "So."\nworksheet = "begin"\nitem = "story"\nvalues = ["yes"]', "can never be an answer"),
        ('rule = "signed"\nsentence = "So."\nworksheet = "begin"\nitem = "story"\nvalues = ["singed"]', "did you mean 'signed'?"),
        (
            'rule = "rows_with"\nsentence = "So."\nworksheet = "begin"\nitem = "story"\ncolumn = "c"\nvalues = []\ntimes = 1',
            "'c' does not exist",
        ),
        ('rule = "mean_at_least"\nsentence = "So."\nworksheet = "begin"\nitem = "story"', "'at_least': is missing"),
        ('rule = "signed"\nsentence = "So."\ndocument = "consent"\nworksheet = "begin"', "keep one of the two"),
    ],
)
def test_a_criterion_calls_a_known_rule_about_things_that_exist(write: Write, criterion: str, wanted: str) -> None:
    assert wanted in only_problem(write(module=MODULE + "\n[[criterion]]\n" + criterion + "\n"))


PLAN = """
[[plan]]
id = "first"
title = "First"
use_when = "At first."
relationships = ["partner"]
track = "two"
[[plan.entry]]
week = 0
module = "first-steps"
worksheet = "begin"
side = "each"
reason = "To begin."
"""


def test_a_plan_is_read(write: Write) -> None:
    (plan,) = Library.load(write(plans=PLAN)).plans
    (entry,) = plan.entries
    assert (entry.week, entry.worksheet, entry.side, plan.track) == (0, "begin", "each", "two")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('worksheet = "begin"', 'worksheet = "begn"', "did you mean 'begin'?"),
        ('worksheet = "begin"', 'measure = "puls"', "did you mean 'pulse'?"),
        ('worksheet = "begin"', 'worksheet = "begin"\nmeasure = "pulse"', "make two entries"),
        ('side = "each"', 'side = "joint"', "answered by each person alone"),
        ('side = "each"', 'side = "each"\nweeks = 3', "does not repeat"),
        ('side = "each"', 'side = "each"\nif = "never"', "'never' is not known"),
        ('track = "two"', 'track = "tow"', "did you mean 'two'?"),
        ('module = "first-steps"', "", "belongs to module 'first-steps'"),
    ],
)
def test_a_plan_gives_only_what_there_is(write: Write, old: str, new: str, wanted: str) -> None:
    assert wanted in only_problem(write(plans=PLAN.replace(old, new)))


def test_an_item_never_opens_with_what_it_follows_nor_where_that_is_not_asked(write: Write) -> None:
    opened = 'prompt = "?"\nvisibility = "reveal"\nreveal_group = "g"\n'
    source = f'id = "one"\nkind = "list"\nrelationships = ["partner"]\n{opened}'
    answer = f'[[page.item]]\nid = "two"\nkind = "follow_up"\nfollows = "one"\n{opened}'
    said = [str(problem) for problem in problems_of(write(worksheet=item(source) + answer))]
    assert len(said) == 2
    assert "could never open" in said[0] and "must lie within those of 'one'" in said[1]


def test_a_file_that_is_not_toml_is_named(write: Write) -> None:
    assert "worksheets/begin.toml: is not TOML" in str(problems_of(write(worksheet="id = begin"))[0])


def test_a_file_that_is_not_utf8_is_named(write: Write) -> None:
    folder = write()
    (folder / "worksheets" / "begin.toml").write_bytes(WORKSHEET.encode() + b"\xff")
    assert "is not UTF-8" in str(problems_of(folder)[0])


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "is not a folder" in only_problem(tmp_path / "nowhere")


def test_an_older_version_stays_readable_beside_the_newer(write: Write) -> None:
    newer = (WORKSHEET + ITEM).replace("version = 1", "version = 2").replace('"Begin"', '"Begin again"')
    library = Library.load(write(worksheet=newer, older=WORKSHEET + ITEM))
    wording = Wording("Ben", "what happened", "partner")
    assert library.worksheet("begin").title.text(wording) == "Begin again"
    assert library.worksheet("begin", 1).title.text(wording) == "Begin"
    with pytest.raises(KeyError):
        library.worksheet("begin", 3)
    with pytest.raises(KeyError):
        library.worksheet("nothing")


def test_one_version_may_not_stand_in_two_files(write: Write) -> None:
    said = [str(problem) for problem in problems_of(write(older=WORKSHEET + ITEM))]
    assert any("stands in two files" in one for one in said)


def test_a_published_version_may_not_change(write: Write) -> None:
    folder = write()
    assert set(publish(folder)) == {"modules/first-steps@1", "worksheets/begin@1", "measures/pulse@1"}
    assert publish(folder) == ()
    write(worksheet=WORKSHEET + ITEM.replace("like", "love"))
    assert changed_since_published(folder) == ("worksheets/begin@1",)
    with pytest.raises(ContentError, match="may not change"):
        publish(folder)


def test_a_published_version_may_not_disappear(write: Write) -> None:
    folder = write()
    publish(folder)
    (folder / "measures" / "pulse.toml").unlink()
    assert changed_since_published(folder) == ("measures/pulse@1",)


def test_a_new_version_is_published_beside_the_old(write: Write) -> None:
    folder = write()
    publish(folder)
    write(worksheet=(WORKSHEET + ITEM).replace("version = 1", "version = 2"), older=WORKSHEET + ITEM)
    assert publish(folder) == ("worksheets/begin@2",)
    assert "worksheets/begin@1" in recorded_checksums(folder)


def test_line_ends_do_not_count_as_a_change(write: Write) -> None:
    folder = write()
    publish(folder)
    path = folder / "worksheets" / "begin.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert changed_since_published(folder) == ()


def test_nothing_that_was_read_can_be_changed(write: Write) -> None:
    worksheet = Library.load(write()).worksheet("begin")
    with pytest.raises(AttributeError):
        worksheet.version = 2  # type: ignore[misc]


def test_our_own_content_is_read_and_checked_quickly() -> None:
    Library.load(CONTENT)
    times = []
    for _ in range(5):
        start = time.process_time()
        library = Library.load(CONTENT)
        times.append(time.process_time() - start)
    assert len(library.modules) == 12
    assert min(times) < 0.2


def test_every_worksheet_of_ours_makes_forms_for_every_relationship() -> None:
    library = Library.load(CONTENT)
    worksheets = [one for module in library.modules for one in library.worksheets_of(module.id)]
    worksheets += [measure.as_worksheet() for measure in library.measures]
    assert len(worksheets) > 10
    for worksheet in worksheets:
        for relationship in ("partner", "friend", "family"):
            wording = Wording("Ben", "what happened in March", relationship)
            for number in range(len(worksheet.for_relationship(relationship).pages)):
                form = form_for(worksheet, wording, number)()
                assert form.asked
                assert not any("{" in asked.prompt + asked.hint + asked.example for asked in form.asked)


def test_our_own_measures_are_as_the_facts_say() -> None:
    library = Library.load(CONTENT)
    facts = {
        one.id: (len(one.items), one.low, one.high, one.better, one.own, one.validated, one.change) for one in library.measures
    }
    assert facts["trust-pulse"] == (8, 0, 32, "higher", True, False, "baseline")
    assert facts["distress-thermometer"] == (1, 0, 10, "lower", True, False, "baseline")
    assert facts["overall-this-week"] == (1, 0, 10, "higher", True, False, "baseline")
    assert all(one.suits(kind) for one in library.measures for kind in ("partner", "friend", "family") if one.own)
