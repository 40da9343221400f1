"""Two runs that differ only in what Ben keeps private look the same to Ana, byte for byte; and nobody gets stuck in either.

More of them: KINTSUGI_TRACES=200 and up. A trace that fails is made as short as it still fails, and told as a list of sentences.
"""

from __future__ import annotations

import os

import pytest

from tests.privacy.two_worlds.acts import ACTS
from tests.privacy.two_worlds.life import Life
from tests.privacy.two_worlds.mutants import MUTANTS, Mutant, planted
from tests.privacy.two_worlds.trace import Trace, plan_of, play, shortest

PLAYED: list[Trace] = []
SEEDS = range(int(os.environ.get("KINTSUGI_TRACES", "12")))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_ben_keeps_private_changes_nothing_that_ana_gets_and_nobody_is_stuck(lives: list[Life], seed: int) -> None:
    trace = play(lives, seed, plan_of(seed), all_ways=seed % 4 == 0)
    PLAYED.append(trace)
    if trace.wrong:
        trace = shortest(lambda steps: play(lives, seed, steps), trace)
    assert not trace.wrong, f"\n{trace.told()}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.what)
def test_a_planted_leak_is_found(lives: list[Life], mutant: Mutant) -> None:
    """In one of a few pairs, and by what it shows: not because an act could not be done."""
    for seed in range(101, 107):
        with planted(mutant, lives[0]):
            found = play(lives, seed, mutant.steps, all_ways=False).wrong
        if found:
            break
    assert found, f"nobody noticed {mutant.what}"
    assert not any("Traceback" in one for one in found), found
    print(f"{mutant.what}: {found[0][:160]}")


def test_few_traces_end_early_and_together_they_do_nearly_everything(lives: list[Life]) -> None:
    """Of those that this run has played: a trace that ends where one world alone allows an act is no proof of what comes later."""
    assert PLAYED, "nothing was played"
    cut = [trace for trace in PLAYED if trace.cut_at]
    done = set().union(*(trace.done for trace in PLAYED))
    looks = sum(trace.looks for trace in PLAYED)
    print(f"{len(PLAYED)} traces, {looks} replies compared, {len(cut)} ended early; {len(done)} of {len(ACTS)} acts were done")
    assert len(cut) <= max(2, len(PLAYED) // 5), [trace.cut_at for trace in cut]
    assert len(PLAYED) < 10 or len(done) > len(ACTS) * 0.8, sorted(set(ACTS) - done)
