-- View 5. What stands now, oldest first. The chance of a breach is that of earlier stays at the same step which had
-- used at least as much of their allowance as this one has: how many of them ended beyond it.
WITH history AS (
    SELECT sop_id, step, ratio FROM ended_visits($sop_id, $history_since, NULL, NULL) WHERE ratio IS NOT NULL
), standing AS (
    SELECT * FROM open_now
    WHERE ($sop_id IS NULL OR sop_id = $sop_id) AND ($opd_code IS NULL OR opd_code = $opd_code)
), chances AS (
    SELECT s.visit_id, count(*) AS alike, count(*) FILTER (h.ratio > 1) AS alike_breached
    FROM standing s
    JOIN history h ON h.sop_id = s.sop_id AND h.step = s.step AND h.ratio >= s.ratio
    WHERE s.state IN ('on_time', 'at_risk') AND s.due_at <= $horizon
    GROUP BY s.visit_id
)
SELECT
    s.case_id, c.number, c.subject, s.sop_id, s.step, s.visit, coalesce(t.activity, '') AS activity, s.holder_role,
    s.person, s.available_at, s.due_at, s.state, s.waiting_for, s.used_s, s.used_days, s.allowance_s, s.ratio,
    coalesce(k.alike, 0) AS alike,
    CASE WHEN k.alike >= $enough THEN k.alike_breached / k.alike END AS chance,
    CAST(timezone($zone, timezone('UTC', s.due_at)) AS DATE) AS due_day
FROM standing s
JOIN cases c USING (case_id)
LEFT JOIN steps t ON t.sop_sha = c.sop_sha AND t.step = s.step
LEFT JOIN chances k USING (visit_id)
ORDER BY s.used_s DESC, s.visit_id;
