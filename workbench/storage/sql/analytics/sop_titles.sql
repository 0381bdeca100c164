SELECT sop_id, title FROM sops WHERE current ORDER BY sop_id;
