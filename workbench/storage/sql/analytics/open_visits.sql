-- Where work stands now: the stay each open or paused case is in, and since when it is paused. ``given_s`` is held time
-- that moved the due time; a hold that began after it gives nothing back.
SELECT
    v.visit_id, v.case_id, v.sop_id, v.opd_code, v.step, v.visit, v.lane, v.holder_role, v.party, c.status,
    c.calendar_id, v.available_at, v.taken_at, c.warn_at, v.due_at, p.past_s, p.given_s, p.paused_since,
    coalesce(p.waiting_for, '') AS waiting_for, coalesce(s.own, true) AS own,
    coalesce(nullif(c.taken_by, ''), c.assignee) AS person
FROM visits v
JOIN cases c USING (case_id)
LEFT JOIN (
    SELECT q.case_id, q.step, q.visit,
           sum(q.paused_s) FILTER (WHERE q.resumed_at IS NOT NULL) AS past_s,
           sum(q.paused_s) FILTER (WHERE q.resumed_at IS NOT NULL AND q.paused_at < w.due_at) AS given_s,
           max(q.paused_at) FILTER (WHERE q.resumed_at IS NULL) AS paused_since,
           max(q.waiting_for) FILTER (WHERE q.resumed_at IS NULL) AS waiting_for
    FROM pauses q
    JOIN visits w ON w.case_id = q.case_id AND w.step = q.step AND w.visit = q.visit
    WHERE w.done_at IS NULL
    GROUP BY q.case_id, q.step, q.visit
) p ON p.case_id = v.case_id AND p.step = v.step AND p.visit = v.visit
LEFT JOIN steps s ON s.sop_sha = c.sop_sha AND s.step = v.step
WHERE v.done_at IS NULL AND NOT v.container AND c.status IN ('open', 'paused')
ORDER BY v.available_at, v.visit_id;
