-- View 8. Whose time it was: stays by their holder, pauses by who was waited for. The two never overlap.
WITH held AS (
    SELECT party, done_month AS month, count(*) AS n, count(DISTINCT case_id) AS cases, sum(used_s) AS held_s,
           count(*) FILTER (verdict <> '') AS judged, count(*) FILTER (verdict = 'breached') AS breached
    FROM ended_visits($sop_id, $since, $until, $opd_code)
    GROUP BY party, month
), paused AS (
    SELECT waited_party(p.waiting_for) AS party, p.resumed_month AS month, count(*) AS pauses,
           count(DISTINCT p.case_id) AS pause_cases, sum(p.paused_s) AS paused_s
    FROM pauses p JOIN cases c USING (case_id)
    WHERE p.resumed_at IS NOT NULL
      AND ($sop_id IS NULL OR c.sop_id = $sop_id)
      AND ($since IS NULL OR p.resumed_day >= $since)
      AND ($until IS NULL OR p.resumed_day <= $until)
      AND ($opd_code IS NULL OR c.opd_code = $opd_code)
    GROUP BY waited_party(p.waiting_for), p.resumed_month
)
SELECT party, month, coalesce(n, 0) AS n, coalesce(cases, 0) AS cases, coalesce(held_s, 0) AS held_s,
       coalesce(judged, 0) AS judged, coalesce(breached, 0) AS breached, coalesce(pauses, 0) AS pauses,
       coalesce(pause_cases, 0) AS pause_cases, coalesce(paused_s, 0) AS paused_s
FROM held FULL JOIN paused USING (party, month)
ORDER BY month, party;
