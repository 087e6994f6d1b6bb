"""The statements that count everyone: what was reported by day, and by pair and period."""

from __future__ import annotations

from collections.abc import Mapping

from detente.relations.panel_sql import DAYS
from detente.relations.steps import EVERY

WORLD_DAYS = f"""
WITH {DAYS}
SELECT origin, date, period, CAST(n AS BIGINT) AS n, is_covered
FROM covered
ORDER BY origin, date
"""  # noqa: S608
"""What each origin reported from the world day by day, and whether the day is covered."""

_PAIRS = """
-- what every two states did to each other, by period
SELECT least(source, target) AS first_state, greatest(source, target) AS second_state,
       CAST(date_trunc('EVERY', date) AS DATE) AS period,
       CAST(sum(CASE WHEN quad IN (1, 2) THEN 1 ELSE 0 END) AS BIGINT) AS cooperation,
       CAST(sum(CASE WHEN quad IN (3, 4) THEN 1 ELSE 0 END) AS BIGINT) AS conflict
FROM ({events}) AS events
WHERE source IN (SELECT unnest($parties))
  AND target IN (SELECT unnest($parties))
  AND source <> target
  AND date NOT IN (SELECT unnest($lost_days))
GROUP BY least(source, target), greatest(source, target),
         CAST(date_trunc('EVERY', date) AS DATE)
"""

WORLD_PAIRS: Mapping[str, str] = {every: _PAIRS.replace("EVERY", every) for every in EVERY}
"""What any two states did to each other on covered days, for each kind of period.

A row is a pair and a period, not a day: two hundred states would make tens of millions of these.
"""
