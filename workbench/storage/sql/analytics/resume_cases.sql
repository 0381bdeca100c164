-- Cases (children are part of their parent) that touched the month: came in, went out, or stood open at its end.
WITH family AS (
    SELECT case_id, coalesce(parent_id, case_id) AS head FROM cases
), stays AS (
    SELECT case_id, holder_role, greatest(used_s - allowance_s, 0) AS over_s FROM visits
    WHERE NOT container AND ended_by IN ('decide', 'skip') AND done_at IS NOT NULL AND allowance_s IS NOT NULL
    UNION ALL
    SELECT case_id, holder_role, greatest(used_s - allowance_s, 0) FROM open_now WHERE allowance_s IS NOT NULL
), excess AS (
    SELECT f.head AS case_id, s.holder_role, sum(s.over_s) AS over_s
    FROM stays s JOIN family f USING (case_id)
    GROUP BY f.head, s.holder_role
    HAVING sum(s.over_s) > 0
), cause AS (
    SELECT case_id, arg_max(holder_role, over_s) AS cause, max(over_s) AS cause_s, sum(over_s) AS over_s
    FROM (FROM excess ORDER BY case_id, holder_role) GROUP BY case_id
)
SELECT
    c.case_id, c.number, c.sop_id, coalesce(t.title, c.sop_id) AS sop_title, c.requester, c.subject, c.opd_code,
    c.opened_at, c.opened_day, c.status, c.step AS step_now, coalesce(s.activity, '') AS activity_now,
    coalesce(s.holder_name, '') AS holder_now, c.closed_at, c.closed_day, c.used_s, c.used_days, c.verdict,
    c.sop_due_at, c.legal_due_at, coalesce(k.cause, '') AS cause, coalesce(k.over_s, 0) AS over_s
FROM cases c
LEFT JOIN sops t ON t.sop_sha = c.sop_sha
LEFT JOIN steps s ON s.sop_sha = c.sop_sha AND s.step = c.step
LEFT JOIN cause k ON k.case_id = c.case_id
WHERE c.parent_id IS NULL
  AND c.opened_day < $next_month
  AND (c.closed_day IS NULL OR c.closed_day >= $month)
  AND ($sop_id IS NULL OR c.sop_id = $sop_id)
ORDER BY c.opened_at, c.case_id;
