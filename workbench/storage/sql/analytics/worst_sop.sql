SELECT sop_id
FROM ended_visits($sop_id, $since, $until, $opd_code)
JOIN sops USING (sop_id)
WHERE sops.current
GROUP BY sop_id
ORDER BY count(*) FILTER (verdict = 'breached') DESC, sop_id
LIMIT 1;
