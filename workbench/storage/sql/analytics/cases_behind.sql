-- The cases of a figure. Each parameter that is NULL does not narrow.
WITH stays AS (
    SELECT case_id, step, visit, used_s, used_days, ratio, verdict AS state
    FROM ended_visits($sop_id, $since, $until, $opd_code)
    WHERE $standing IS NOT TRUE
      AND ($step IS NULL OR step = $step)
      AND ($month IS NULL OR done_month = $month)
      AND ($holder_role IS NULL OR holder_role = $holder_role)
      AND ($party IS NULL OR party = $party)
      AND ($person IS NULL OR actor = $person)
      AND ($state IS NULL OR verdict = $state)
      AND ($judged IS NOT TRUE OR verdict <> '')
      AND ($returned IS NOT TRUE OR returned)
      AND ($return_to IS NULL OR return_to = $return_to)
      AND ($reason IS NULL OR (returned AND reason_key(reason) = $reason))
      AND ($again IS NOT TRUE OR visit > 1)
    UNION ALL
    SELECT case_id, step, visit, used_s, used_days, ratio, state
    FROM open_now
    WHERE $standing IS TRUE
      AND ($sop_id IS NULL OR sop_id = $sop_id)
      AND ($opd_code IS NULL OR opd_code = $opd_code)
      AND ($step IS NULL OR step = $step)
      AND ($holder_role IS NULL OR holder_role = $holder_role)
      AND ($party IS NULL OR party = $party)
      AND ($person IS NULL OR person = $person)
      AND ($state IS NULL OR state = $state OR ($state = 'running' AND state IN ('on_time', 'at_risk')))
      AND ($due_day IS NULL OR CAST(timezone($zone, timezone('UTC', due_at)) AS DATE) = $due_day)
), worst AS (
    SELECT case_id, count(*) AS stays, arg_max(step, coalesce(ratio, 0)) AS step, max(ratio) AS ratio,
           sum(used_s) AS used_s, sum(used_days) AS used_days,
           CASE WHEN bool_or(state = 'breached') THEN 'breached' ELSE max(state) END AS state
    FROM stays GROUP BY case_id
)
SELECT w.case_id, c.number, c.subject, c.requester, c.sop_id, c.opd_code, c.status, c.step AS step_now, w.step,
       w.stays, w.ratio, w.used_s, w.used_days, w.state, c.opened_at, c.closed_at, c.due_at,
       count(*) OVER () AS total
FROM worst w JOIN cases c USING (case_id)
ORDER BY w.ratio DESC NULLS LAST, w.case_id
LIMIT $top;
