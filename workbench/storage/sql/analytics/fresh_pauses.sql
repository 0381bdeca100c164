-- Each pause of the fresh cases with the event that ended it (resumption, or the cancellation of the case).
SELECT
    case_id, step, visit, coalesce(reason, '') AS reason, coalesce(waiting_for, '') AS waiting_for,
    moment AS paused_at, next_at AS resumed_at
FROM (
    SELECT *, lead(moment) OVER (PARTITION BY case_id ORDER BY seq) AS next_at
    FROM events
    WHERE type IN ('pause', 'resume', 'cancel', 'migrate') AND case_id IN (SELECT case_id FROM fresh_cases)
)
WHERE type = 'pause'
ORDER BY case_id, paused_at;
