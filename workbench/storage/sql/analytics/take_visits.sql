-- A stay with what ended it: the event of its case and step at the very moment it was done.
INSERT INTO visits
WITH endings AS (
    SELECT e.case_id, e.step, e.moment, e.type, e.sop_sha, e.outcome, coalesce(nullif(e.reason, ''), e.note) AS reason
    FROM events e
    WHERE e.case_id IN (SELECT case_id FROM fresh_cases)
      AND e.type IN ('decide', 'skip', 'join', 'cut_off', 'cancel', 'migrate')
    QUALIFY row_number() OVER (PARTITION BY e.case_id, e.step, e.moment ORDER BY e.seq) = 1
)
SELECT
    f.visit_id, f.case_id, f.sop_id, c.opd_code, f.step, f.visit, f.lane, f.holder_role, party_of(f.holder_role),
    f.outcome, f.actor, f.available_at, f.taken_at, f.done_at, f.due_at,
    CAST(timezone($zone, timezone('UTC', f.done_at)) AS DATE),
    CAST(date_trunc('month', timezone($zone, timezone('UTC', f.done_at))) AS DATE),
    f.verdict, f.waiting_s, f.working_s, f.paused_s,
    CASE WHEN f.done_at IS NOT NULL THEN f.waiting_s + f.working_s END,
    f.used_days,
    -- A step that only ends its phase has the phase's due time; that is no allowance of its own.
    CASE WHEN coalesce(s.own, true) THEN f.allowance_s END,
    CASE WHEN f.done_at IS NOT NULL AND f.allowance_s > 0 AND coalesce(s.own, true) THEN (f.waiting_s + f.working_s) / f.allowance_s END,
    coalesce(e.type, CASE WHEN f.done_at IS NOT NULL THEN 'decide' END),
    coalesce(e.type = 'decide' AND o.kind = 'return', false),
    CASE WHEN e.type = 'decide' AND o.kind = 'return' THEN o.to_step END,
    CASE WHEN e.type = 'decide' AND o.kind = 'return' THEN e.reason END,
    coalesce(s.fan_out, false) AND c.parent_id IS NULL
FROM fresh_visits f
JOIN fresh_cases c USING (case_id)
LEFT JOIN endings e ON e.case_id = f.case_id AND e.step = f.step AND e.moment = f.done_at
LEFT JOIN outcomes o ON o.sop_sha = e.sop_sha AND o.step = e.step AND o.outcome = e.outcome
LEFT JOIN steps s ON s.sop_sha = coalesce(e.sop_sha, c.sop_sha) AND s.step = f.step;
