-- View 1. One row a step: how often, how long, how late, how much of it waiting, how often sent back.
WITH ended AS (
    SELECT sop_id, step,
           count(*) AS n,
           count(DISTINCT case_id) AS cases,
           quantile_cont(used_s, 0.5) AS p50_s,
           quantile_cont(used_s, 0.95) AS p95_s,
           quantile_cont(used_days, 0.5) AS p50_days,
           quantile_cont(used_days, 0.95) AS p95_days,
           quantile_cont(ratio, 0.5) AS p50_ratio,
           quantile_cont(ratio, 0.95) AS p95_ratio,
           sum(waiting_s) AS waiting_s,
           sum(used_s) AS used_s,
           count(*) FILTER (verdict <> '') AS judged,
           count(*) FILTER (verdict = 'breached') AS breached,
           count(*) FILTER (returned) AS returns
    FROM ended_visits($sop_id, $since, $until, $opd_code)
    GROUP BY sop_id, step
), standing AS (
    SELECT sop_id, step, count(*) AS open, count(*) FILTER (state = 'breached') AS open_breached
    FROM open_now
    WHERE ($sop_id IS NULL OR sop_id = $sop_id) AND ($opd_code IS NULL OR opd_code = $opd_code)
    GROUP BY sop_id, step
), rows AS (
    SELECT sop_id, step FROM steps s JOIN sops USING (sop_sha, sop_id)
    WHERE sops.current AND ($sop_id IS NULL OR sop_id = $sop_id)
    UNION SELECT sop_id, step FROM ended
    UNION SELECT sop_id, step FROM standing
)
SELECT
    r.sop_id, r.step, coalesce(s.ord, 9999) AS ord, coalesce(s.activity, '') AS activity,
    coalesce(s.holder_name, '') AS holder, coalesce(s.holder_role, '') AS holder_role, s.amount, s.unit,
    coalesce(s.inferred, false) AS inferred,
    coalesce(e.n, 0) AS n, coalesce(e.cases, 0) AS cases, e.p50_s, e.p95_s, e.p50_days, e.p95_days, e.p50_ratio,
    e.p95_ratio, coalesce(e.waiting_s, 0) AS waiting_s, coalesce(e.used_s, 0) AS used_s,
    coalesce(e.judged, 0) AS judged, coalesce(e.breached, 0) AS breached, coalesce(e.returns, 0) AS returns,
    coalesce(o.open, 0) AS open, coalesce(o.open_breached, 0) AS open_breached
FROM rows r
LEFT JOIN (SELECT s.* FROM steps s JOIN sops USING (sop_sha, sop_id) WHERE sops.current) s
       ON s.sop_id = r.sop_id AND s.step = r.step
LEFT JOIN ended e ON e.sop_id = r.sop_id AND e.step = r.step
LEFT JOIN standing o ON o.sop_id = r.sop_id AND o.step = r.step
ORDER BY r.sop_id, ord, r.step;
