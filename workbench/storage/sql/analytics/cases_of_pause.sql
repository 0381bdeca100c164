-- The cases whose clock stood still while a party was waited for.
WITH stood AS (
    SELECT p.case_id, count(*) AS stays, any_value(p.step) AS step, sum(p.paused_s) AS used_s
    FROM pauses p JOIN cases c USING (case_id)
    WHERE p.resumed_at IS NOT NULL AND waited_party(p.waiting_for) = $party
      AND ($sop_id IS NULL OR c.sop_id = $sop_id)
      AND ($since IS NULL OR p.resumed_day >= $since)
      AND ($until IS NULL OR p.resumed_day <= $until)
      AND ($opd_code IS NULL OR c.opd_code = $opd_code)
      AND ($month IS NULL OR p.resumed_month = $month)
    GROUP BY p.case_id
)
SELECT s.case_id, c.number, c.subject, c.requester, c.sop_id, c.opd_code, c.status, c.step AS step_now, s.step,
       s.stays, NULL::DOUBLE AS ratio, s.used_s, NULL::DOUBLE AS used_days, 'paused' AS state, c.opened_at, c.closed_at,
       c.due_at, count(*) OVER () AS total
FROM stood s JOIN cases c USING (case_id)
ORDER BY s.used_s DESC, s.case_id
LIMIT $top;
