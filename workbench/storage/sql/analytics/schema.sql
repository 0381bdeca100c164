-- Tables of the mart and the two questions that most views begin with. Times are naive UTC; days and months are local.
CREATE TABLE sops (
    sop_sha VARCHAR, sop_id VARCHAR, title VARCHAR, version VARCHAR, current BOOLEAN
);
CREATE TABLE steps (
    sop_sha VARCHAR, sop_id VARCHAR, step VARCHAR, ord INTEGER, activity VARCHAR, lane VARCHAR, lane_name VARCHAR,
    holder_role VARCHAR, holder_name VARCHAR, amount INTEGER, unit VARCHAR, own BOOLEAN, fan_out BOOLEAN, inferred BOOLEAN
);
CREATE TABLE outcomes (
    sop_sha VARCHAR, step VARCHAR, outcome VARCHAR, label VARCHAR, kind VARCHAR, to_step VARCHAR
);
CREATE TABLE events (
    event_id BIGINT, case_id BIGINT, seq INTEGER, type VARCHAR, step VARCHAR, visit INTEGER, outcome VARCHAR,
    actor VARCHAR, note VARCHAR, reason VARCHAR, waiting_for VARCHAR, sop_sha VARCHAR, moment TIMESTAMP
);
CREATE TABLE cases (
    case_id BIGINT, number VARCHAR, sop_id VARCHAR, sop_sha VARCHAR, subject VARCHAR, requester VARCHAR,
    opd_code VARCHAR, parent_id BIGINT, calendar_id VARCHAR, status VARCHAR, step VARCHAR, visit INTEGER,
    lane VARCHAR, role VARCHAR, assignee VARCHAR, taken_by VARCHAR, opened_at TIMESTAMP, warn_at TIMESTAMP, due_at TIMESTAMP,
    sop_due_at TIMESTAMP, legal_due_at TIMESTAMP, closed_at TIMESTAMP, opened_day DATE, closed_day DATE,
    used_s DOUBLE, used_days DOUBLE, verdict VARCHAR
);
CREATE TABLE visits (
    visit_id BIGINT, case_id BIGINT, sop_id VARCHAR, opd_code VARCHAR, step VARCHAR, visit INTEGER, lane VARCHAR,
    holder_role VARCHAR, party VARCHAR, outcome VARCHAR, actor VARCHAR, available_at TIMESTAMP, taken_at TIMESTAMP,
    done_at TIMESTAMP, due_at TIMESTAMP, done_day DATE, done_month DATE, verdict VARCHAR, waiting_s DOUBLE,
    working_s DOUBLE, paused_s DOUBLE, used_s DOUBLE, used_days DOUBLE, allowance_s DOUBLE, ratio DOUBLE,
    ended_by VARCHAR, returned BOOLEAN, return_to VARCHAR, reason VARCHAR, container BOOLEAN
);
CREATE TABLE pauses (
    case_id BIGINT, step VARCHAR, visit INTEGER, reason VARCHAR, waiting_for VARCHAR, paused_at TIMESTAMP,
    resumed_at TIMESTAMP, resumed_day DATE, resumed_month DATE, paused_s DOUBLE
);

-- Stays that somebody ended by a decision or that a supervisor skipped. A parent that waits for its children is not a
-- stay of its own: the children carry that time.
CREATE MACRO ended_visits(p_sop, p_since, p_until, p_opd) AS TABLE
    SELECT * FROM visits
    WHERE done_at IS NOT NULL
      AND NOT container
      AND ended_by IN ('decide', 'skip')
      AND (p_sop IS NULL OR sop_id = p_sop)
      AND (p_since IS NULL OR done_day >= p_since)
      AND (p_until IS NULL OR done_day <= p_until)
      AND (p_opd IS NULL OR opd_code = p_opd);

-- Cases that were closed (not cancelled) in the period.
CREATE MACRO closed_cases(p_sop, p_since, p_until, p_opd) AS TABLE
    SELECT * FROM cases
    WHERE status = 'closed'
      AND (p_sop IS NULL OR sop_id = p_sop)
      AND (p_since IS NULL OR closed_day >= p_since)
      AND (p_until IS NULL OR closed_day <= p_until)
      AND (p_opd IS NULL OR opd_code = p_opd);

-- Free text is grouped by its first words, without case and double spaces; what is shown is the text as written.
CREATE MACRO reason_key(p_text) AS
    left(regexp_replace(lower(trim(coalesce(p_text, ''))), '\s+', ' ', 'g'), 80);

-- Whose time a stay is.
CREATE MACRO party_of(p_role) AS
    CASE WHEN p_role IN ('producer_staff', 'producer_pic') THEN 'producer'
         WHEN p_role IN ('bps', 'requester') THEN p_role
         ELSE 'office' END;

-- Who a pause waits for: a role, or the lane key of a SOP. Whoever it is, it is not the office's own time.
CREATE MACRO waited_party(p_name) AS
    CASE WHEN p_name IN ('producer_staff', 'producer_pic', 'producer', 'opd', 'staf_opd', 'staf_operator', 'pic_produsen')
              THEN 'producer'
         WHEN p_name = 'bps' THEN 'bps'
         WHEN p_name IN ('requester', 'pemohon', 'pengguna_data') THEN 'requester'
         ELSE 'other' END;
