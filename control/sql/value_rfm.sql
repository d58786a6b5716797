-- Type rfm: what models read of a customer

CREATE TYPE crm.rfm AS (
    frequency int,
    recency float8,
    age float8,
    monetary float8
);
COMMENT ON TYPE crm.rfm IS 'A customer''s history summed up at one date; times are in days.';
COMMENT ON COLUMN crm.rfm.frequency IS 'Repeat purchase occasions: days with an order after the first such day.';
COMMENT ON COLUMN crm.rfm.recency IS 'Days from the first purchase to the last.';
COMMENT ON COLUMN crm.rfm.age IS 'Days from the first purchase to as_of.';
COMMENT ON COLUMN crm.rfm.monetary IS 'Mean amount of the repeat occasions; NULL when there are none.';


-- Type rfm_score

CREATE TYPE crm.rfm_score AS (
    recency smallint,
    frequency smallint,
    monetary smallint,
    code text
);
COMMENT ON TYPE crm.rfm_score IS 'A customer''s quantile by recency, frequency and monetary value: 1 worst, 5 (or the number of bins) best.';
COMMENT ON COLUMN crm.rfm_score.recency IS 'By the days since the last purchase: the shorter the better.';
COMMENT ON COLUMN crm.rfm_score.frequency IS 'By repeat purchase occasions.';
COMMENT ON COLUMN crm.rfm_score.monetary IS 'By mean amount, among those who bought again; 1 for those who did not.';
COMMENT ON COLUMN crm.rfm_score.code IS 'The three digits, such as 545.';


-- RFM: the summary

CREATE FUNCTION crm.rfm(timeline crm.timeline, as_of date) RETURNS crm.rfm
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_rfm_of_timeline';
COMMENT ON FUNCTION crm.rfm(crm.timeline, date) IS
    'The history summed up as of a date; later purchases are not seen. NULL before the first purchase.';

CREATE FUNCTION crm.rfm(frequency float8, recency float8, age float8, monetary float8 DEFAULT NULL) RETURNS crm.rfm
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_rfm_of_columns';
COMMENT ON FUNCTION crm.rfm(float8, float8, float8, float8) IS
    'A summary from plain columns, checked; NULL when frequency, recency or age is.';

CREATE FUNCTION crm.rfm_add(internal, at date, amount float8, as_of date) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_rfm_add_date';
COMMENT ON FUNCTION crm.rfm_add(internal, date, float8, date) IS 'Support of aggregate crm.rfm.';

CREATE FUNCTION crm.rfm_add(internal, at timestamp, amount float8, as_of date) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_rfm_add_timestamp';
COMMENT ON FUNCTION crm.rfm_add(internal, timestamp, float8, date) IS 'Support of aggregate crm.rfm.';

CREATE FUNCTION crm.rfm_add(internal, at timestamptz, amount float8, as_of date) RETURNS internal
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_rfm_add_timestamptz';
COMMENT ON FUNCTION crm.rfm_add(internal, timestamptz, float8, date) IS 'Support of aggregate crm.rfm.';

CREATE FUNCTION crm.finish_rfm(internal) RETURNS crm.rfm
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_rfm(internal) IS 'Support of aggregates: the summary.';

CREATE AGGREGATE crm.rfm(at date, amount float8, as_of date) (
    SFUNC = crm.rfm_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_rfm,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.rfm(date, float8, date) IS
    'One customer''s orders summed up as of a date, the same in all rows; NULL when the first purchase is later.';

CREATE AGGREGATE crm.rfm(at timestamp, amount float8, as_of date) (
    SFUNC = crm.rfm_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_rfm,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.rfm(timestamp, float8, date) IS 'One customer''s orders summed up as of a date, by the day of the timestamp.';

CREATE AGGREGATE crm.rfm(at timestamptz, amount float8, as_of date) (
    SFUNC = crm.rfm_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_rfm,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.rfm(timestamptz, float8, date) IS
    'One customer''s orders summed up as of a date, by the calendar day in the session''s time zone.';


-- RFM: scores and segments

CREATE FUNCTION crm.fit_rfm_score_add(internal, customer crm.rfm) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_rfm_score_add';
COMMENT ON FUNCTION crm.fit_rfm_score_add(internal, crm.rfm) IS 'Support of aggregate crm.fit_rfm_score.';

CREATE FUNCTION crm.fit_rfm_score_add(internal, customer crm.rfm, bins int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_rfm_score_add_bins';
COMMENT ON FUNCTION crm.fit_rfm_score_add(internal, crm.rfm, int) IS 'Support of aggregate crm.fit_rfm_score.';

CREATE AGGREGATE crm.fit_rfm_score(customer crm.rfm) (
    SFUNC = crm.fit_rfm_score_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_rfm_score(crm.rfm) IS
    'Quintiles of silence, frequency and monetary value as a model: equal customers get equal scores, and next month''s compare with this month''s.';

CREATE AGGREGATE crm.fit_rfm_score(customer crm.rfm, bins int) (
    SFUNC = crm.fit_rfm_score_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_rfm_score(crm.rfm, int) IS 'The same with 2 to 9 bins instead of 5.';

CREATE FUNCTION crm.rfm_score(model crm.model, customer crm.rfm) RETURNS crm.rfm_score
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_rfm_score';
COMMENT ON FUNCTION crm.rfm_score(crm.model, crm.rfm) IS 'The customer''s scores, 1 worst to 5 (or the number of bins) best.';

CREATE FUNCTION crm.rfm_score(model crm.model, frequency float8, recency float8, age float8, monetary float8)
    RETURNS crm.rfm_score
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.rfm_score(model, crm.rfm(frequency, recency, age, monetary));
COMMENT ON FUNCTION crm.rfm_score(crm.model, float8, float8, float8, float8) IS
    'The customer''s scores, from plain columns; monetary is NULL for a customer without a repeat purchase.';

CREATE FUNCTION crm.rfm_segment(score crm.rfm_score) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_rfm_segment';
COMMENT ON FUNCTION crm.rfm_segment(crm.rfm_score) IS
    'The customary segment name by recency and frequency score (1 to 5), such as Champions, At Risk or Lost.';

CREATE FUNCTION crm.rfm_segment(score crm.rfm_score, names text[]) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_rfm_segment_named';
COMMENT ON FUNCTION crm.rfm_segment(crm.rfm_score, text[]) IS
    'Names of one''s own: a row for each recency score from 1 up, in it a column for each frequency score from 1 up.';
