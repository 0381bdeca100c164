-- View 3. One case: each stay with its holder, its time and its allowance, in the order it happened.
SELECT
    v.case_id, v.step, v.visit, coalesce(s.activity, '') AS activity, coalesce(s.holder_name, v.lane) AS holder,
    v.holder_role, v.party, v.actor, v.available_at, v.taken_at, v.done_at, v.due_at, v.outcome, v.verdict,
    v.waiting_s, v.working_s, v.paused_s, v.used_s, v.used_days, v.allowance_s, v.ratio, v.returned, v.container,
    s.amount, s.unit
FROM visits v
JOIN cases c USING (case_id)
LEFT JOIN steps s ON s.sop_sha = c.sop_sha AND s.step = v.step
WHERE v.case_id = $case_id
ORDER BY v.available_at, v.visit_id;
