SELECT case_id, number, subject FROM cases WHERE case_id = $case_id;
