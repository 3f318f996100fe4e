"""Killed at random instants: finished work is there, unfinished work is there whole or not at all."""

from __future__ import annotations

from bench.kills import kills

KILLS = 15


def test_fifteen_kills_lose_nothing_and_leave_no_half(tmp_path):
    result = kills(KILLS, tmp_path, seed=20200317)
    assert result.findings == [] and result.wrong() == 0
    assert result.kills == KILLS and result.finished > 0
    fell = result.phases + result.aimed
    inside = sum(n for phase, n in fell.items() if not phase.startswith("between"))
    assert fell.total() == KILLS and inside > KILLS / 2, fell
