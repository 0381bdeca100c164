-- Fresh case rows replace the old ones; the service has measured used_s and used_days of those that are closed.
INSERT INTO cases
SELECT
    f.case_id, f.number, f.sop_id, f.sop_sha, f.subject, f.requester, f.opd_code, f.parent_id, f.calendar_id,
    f.status, f.step, f.visit, f.lane, f.role, f.assignee, f.taken_by, f.opened_at, f.warn_at, f.due_at, f.sop_due_at,
    f.legal_due_at, f.closed_at,
    CAST(timezone($zone, timezone('UTC', f.opened_at)) AS DATE),
    CAST(timezone($zone, timezone('UTC', f.closed_at)) AS DATE),
    f.used_s, f.used_days,
    -- The case is judged by the clock of its whole SOP; without one, by its steps.
    CASE WHEN f.status <> 'closed' THEN ''
         WHEN f.sop_due_at IS NOT NULL THEN CASE WHEN f.closed_at > f.sop_due_at THEN 'breached' ELSE 'on_time' END
         WHEN b.breached THEN 'breached'
         ELSE 'on_time' END
FROM fresh_cases f
LEFT JOIN (
    SELECT case_id, bool_or(verdict = 'breached') AS breached FROM fresh_visits GROUP BY case_id
) b USING (case_id);
