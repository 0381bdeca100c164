-- View 2. Step × month in which the stay ended.
SELECT
    sop_id, step, done_month AS month,
    count(*) AS n,
    count(DISTINCT case_id) AS cases,
    count(*) FILTER (verdict <> '') AS judged,
    count(*) FILTER (verdict = 'breached') AS breached,
    quantile_cont(used_s, 0.5) AS p50_s,
    quantile_cont(ratio, 0.95) AS p95_ratio
FROM ended_visits($sop_id, $since, $until, $opd_code)
GROUP BY sop_id, step, done_month
ORDER BY sop_id, done_month, step;
