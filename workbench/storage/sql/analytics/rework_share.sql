-- View 6 in one line: the share of all time that went into second and later stays.
SELECT count(*) AS n, count(DISTINCT case_id) AS cases, coalesce(sum(used_s), 0) AS used_s,
       coalesce(sum(used_s) FILTER (visit > 1), 0) AS again_s, count(DISTINCT case_id) FILTER (visit > 1) AS again_cases,
       count(*) FILTER (returned) AS returns
FROM ended_visits($sop_id, $since, $until, $opd_code);
