-- View 4 for persons: who holds what now, and how much of what they ended was on time. '' is work nobody has taken.
WITH standing AS (
    SELECT holder_role, person, count(*) AS open,
           count(*) FILTER (state = 'at_risk') AS at_risk,
           count(*) FILTER (state = 'breached') AS breached_now,
           count(*) FILTER (state = 'paused') AS paused
    FROM open_now
    WHERE ($sop_id IS NULL OR sop_id = $sop_id) AND ($opd_code IS NULL OR opd_code = $opd_code)
    GROUP BY holder_role, person
), ended AS (
    SELECT holder_role, actor AS person, count(*) AS closed, count(DISTINCT case_id) AS cases,
           count(*) FILTER (verdict <> '') AS judged, count(*) FILTER (verdict = 'on_time') AS on_time
    FROM ended_visits($sop_id, $since, $until, $opd_code)
    GROUP BY holder_role, actor
)
SELECT holder_role, person, coalesce(open, 0) AS open, coalesce(at_risk, 0) AS at_risk,
       coalesce(breached_now, 0) AS breached_now, coalesce(paused, 0) AS paused, coalesce(closed, 0) AS closed,
       coalesce(cases, 0) AS cases, coalesce(judged, 0) AS judged, coalesce(on_time, 0) AS on_time
FROM standing FULL JOIN ended USING (holder_role, person)
ORDER BY breached_now DESC, at_risk DESC, open DESC, closed DESC, holder_role, person;
