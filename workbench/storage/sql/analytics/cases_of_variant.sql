-- The cases that took one path.
WITH paths AS (
    SELECT c.case_id, count(*) AS stays, string_agg(v.step, ' → ' ORDER BY v.available_at, v.visit_id) AS path
    FROM closed_cases($sop_id, $since, $until, $opd_code) c JOIN visits v USING (case_id)
    GROUP BY c.case_id
)
SELECT c.case_id, c.number, c.subject, c.requester, c.sop_id, c.opd_code, c.status, c.step AS step_now, '' AS step,
       p.stays, NULL::DOUBLE AS ratio, c.used_s, c.used_days, c.verdict AS state, c.opened_at, c.closed_at, c.due_at,
       count(*) OVER () AS total
FROM paths p JOIN cases c USING (case_id)
WHERE p.path = $path
ORDER BY c.used_s DESC, c.case_id
LIMIT $top;
