-- View 5: what earlier stays of each step used of their allowance, in order. The service counts in it how many used at
-- least as much as one that stands now, and how many of those ended beyond it.
SELECT sop_id, step, list(ratio ORDER BY ratio) AS ratios
FROM ended_visits($sop_id, $since, NULL, NULL)
WHERE ratio IS NOT NULL
GROUP BY sop_id, step;
