-- View 6. Which step sends back to which, and how much of a step's time is a second or later stay.
WITH ended AS (SELECT * FROM ended_visits($sop_id, $since, $until, $opd_code)),
sent AS (
    SELECT sop_id, step, return_to, count(*) AS returns, count(DISTINCT case_id) AS cases
    FROM ended WHERE returned GROUP BY sop_id, step, return_to
), spent AS (
    SELECT sop_id, step, count(*) AS n, sum(used_s) AS used_s, sum(used_s) FILTER (visit > 1) AS again_s,
           count(*) FILTER (visit > 1) AS again
    FROM ended GROUP BY sop_id, step
)
SELECT p.sop_id, p.step, coalesce(s.return_to, '') AS return_to, coalesce(s.returns, 0) AS returns,
       coalesce(s.cases, 0) AS cases, p.n, p.again, p.used_s, coalesce(p.again_s, 0) AS again_s
FROM spent p LEFT JOIN sent s USING (sop_id, step)
WHERE coalesce(s.returns, 0) > 0 OR p.again > 0
ORDER BY returns DESC, again_s DESC, p.sop_id, p.step, return_to;
