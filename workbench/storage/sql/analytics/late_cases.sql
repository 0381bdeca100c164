-- View 3, the way in: cases with stays beyond their standard, and the holder to whom most of the excess belongs.
WITH stays AS (
    SELECT case_id, sop_id, opd_code, step, holder_role, used_s, allowance_s
    FROM ended_visits($sop_id, $since, $until, $opd_code)
    UNION ALL
    SELECT case_id, sop_id, opd_code, step, holder_role, used_s, allowance_s FROM open_now
    WHERE ($sop_id IS NULL OR sop_id = $sop_id) AND ($opd_code IS NULL OR opd_code = $opd_code)
), excess AS (
    SELECT case_id, holder_role, sum(greatest(used_s - allowance_s, 0)) AS over_s,
           count(*) FILTER (used_s > allowance_s) AS steps
    FROM stays WHERE allowance_s IS NOT NULL
    GROUP BY case_id, holder_role
), ranked AS (
    SELECT *, sum(over_s) OVER (PARTITION BY case_id) AS total_s,
           row_number() OVER (PARTITION BY case_id ORDER BY over_s DESC, holder_role) AS rank
    FROM excess
)
SELECT r.case_id, c.number, c.subject, c.sop_id, c.status, c.verdict, r.total_s AS over_s,
       r.holder_role AS cause, r.over_s AS cause_s, r.steps AS cause_steps
FROM ranked r JOIN cases c USING (case_id)
WHERE r.rank = 1 AND r.over_s > 0
ORDER BY over_s DESC, r.case_id
LIMIT $top;
