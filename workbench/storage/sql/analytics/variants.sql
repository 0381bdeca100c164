-- View 7. The paths that closed cases took, with how many took them and how long those took.
WITH paths AS (
    SELECT c.case_id, c.sop_id, c.used_s, c.used_days, c.verdict,
           string_agg(v.step, ' → ' ORDER BY v.available_at, v.visit_id) AS path, count(*) AS stays
    FROM closed_cases($sop_id, $since, $until, $opd_code) c JOIN visits v USING (case_id)
    GROUP BY c.case_id, c.sop_id, c.used_s, c.used_days, c.verdict
)
SELECT sop_id, path, any_value(stays) AS stays, count(*) AS cases,
       count(*) / sum(count(*)) OVER () AS share,
       quantile_cont(used_s, 0.5) AS p50_s, quantile_cont(used_days, 0.5) AS p50_days,
       count(*) FILTER (verdict = 'on_time') AS on_time, count(*) OVER () AS variants
FROM paths
GROUP BY sop_id, path
ORDER BY cases DESC, sop_id, path
LIMIT $top;
