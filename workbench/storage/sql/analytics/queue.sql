-- View 5. What stands now, oldest first; what falls due until the horizon gets a chance of a breach by the service.
WITH standing AS (
    SELECT * FROM open_now
    WHERE ($sop_id IS NULL OR sop_id = $sop_id) AND ($opd_code IS NULL OR opd_code = $opd_code)
)
SELECT
    s.case_id, c.number, c.subject, s.sop_id, s.step, s.visit, coalesce(t.activity, '') AS activity, s.holder_role,
    s.person, s.available_at, s.due_at, s.state, s.waiting_for, s.used_s, s.used_days, s.allowance_s, s.ratio,
    (s.state IN ('on_time', 'at_risk') AND s.due_at <= $horizon AND s.ratio IS NOT NULL) AS falling,
    CAST(timezone($zone, timezone('UTC', s.due_at)) AS DATE) AS due_day
FROM standing s
JOIN cases c USING (case_id)
LEFT JOIN steps t ON t.sop_sha = c.sop_sha AND t.step = s.step
ORDER BY s.used_s DESC, s.visit_id;
