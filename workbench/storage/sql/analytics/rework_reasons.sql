-- View 6, the reasons as the returners wrote them.
SELECT reason_key(reason) AS key, any_value(reason ORDER BY done_at) AS reason, count(*) AS returns,
       count(DISTINCT case_id) AS cases, list(DISTINCT step ORDER BY step) AS steps
FROM ended_visits($sop_id, $since, $until, $opd_code)
WHERE returned
GROUP BY key
ORDER BY returns DESC, key
LIMIT $top;
