-- View 8 over the whole period: a case counts once, though it may span months.
SELECT party, count(DISTINCT case_id) AS cases
FROM ended_visits($sop_id, $since, $until, $opd_code)
GROUP BY party;
