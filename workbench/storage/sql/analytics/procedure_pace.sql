-- The board: a procedure's pace over the period, and how many stays ended late in each of its last weeks (0 = this one).
SELECT sops.sop_id,
       count(DISTINCT v.case_id) AS cases,
       count(v.visit_id) FILTER (v.ratio IS NOT NULL) AS timed,
       quantile_cont(v.ratio, 0.5) AS p50_ratio,
       date_diff('week', v.done_day, $until::DATE) AS weeks_ago,
       count(v.visit_id) FILTER (v.verdict = 'breached') AS breached
FROM sops
LEFT JOIN ended_visits($sop_id, $since, $until, $opd_code) v ON v.sop_id = sops.sop_id
WHERE sops.current AND ($sop_id IS NULL OR sops.sop_id = $sop_id)
GROUP BY GROUPING SETS ((sops.sop_id), (sops.sop_id, weeks_ago))
HAVING grouping(weeks_ago) = 1 OR weeks_ago BETWEEN 0 AND $weeks - 1
ORDER BY sops.sop_id, grouping(weeks_ago) DESC, weeks_ago;
