INSERT INTO pauses
SELECT
    case_id, step, visit, reason, waiting_for, paused_at, resumed_at,
    CAST(timezone($zone, timezone('UTC', resumed_at)) AS DATE),
    CAST(date_trunc('month', timezone($zone, timezone('UTC', resumed_at))) AS DATE),
    paused_s
FROM fresh_pauses;
