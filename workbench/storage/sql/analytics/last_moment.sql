SELECT moment FROM events ORDER BY event_id DESC LIMIT 1;
