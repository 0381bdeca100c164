-- View 4. Per holder: what stands there now and how much of what ended was on time.
WITH standing AS (
    SELECT holder_role, count(*) AS open,
           count(*) FILTER (state = 'at_risk') AS at_risk,
           count(*) FILTER (state = 'breached') AS breached_now,
           count(*) FILTER (state = 'paused') AS paused
    FROM open_now
    WHERE ($sop_id IS NULL OR sop_id = $sop_id) AND ($opd_code IS NULL OR opd_code = $opd_code)
    GROUP BY holder_role
), ended AS (
    SELECT holder_role, count(*) AS closed, count(DISTINCT case_id) AS cases,
           count(*) FILTER (verdict <> '') AS judged, count(*) FILTER (verdict = 'on_time') AS on_time
    FROM ended_visits($sop_id, $since, $until, $opd_code)
    GROUP BY holder_role
)
SELECT holder_role, '' AS person, coalesce(open, 0) AS open, coalesce(at_risk, 0) AS at_risk,
       coalesce(breached_now, 0) AS breached_now, coalesce(paused, 0) AS paused, coalesce(closed, 0) AS closed,
       coalesce(cases, 0) AS cases, coalesce(judged, 0) AS judged, coalesce(on_time, 0) AS on_time
FROM standing FULL JOIN ended USING (holder_role)
ORDER BY breached_now DESC, at_risk DESC, open DESC, holder_role;
