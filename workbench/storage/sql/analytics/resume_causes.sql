-- Whose stays ended beyond their standard in the month, and by how much working time.
SELECT
    holder_role, party, count(*) AS n, count(*) FILTER (verdict <> '') AS judged,
    count(*) FILTER (verdict = 'breached') AS breached,
    coalesce(sum(greatest(used_s - allowance_s, 0)), 0) AS over_s, coalesce(sum(used_s), 0) AS used_s
FROM visits
WHERE NOT container AND ended_by IN ('decide', 'skip') AND done_month = $month
  AND ($sop_id IS NULL OR sop_id = $sop_id)
GROUP BY holder_role, party
ORDER BY over_s DESC, breached DESC, holder_role;
