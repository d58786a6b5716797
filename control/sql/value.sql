-- Type timeline: one customer's purchases by calendar day

CREATE TYPE crm.timeline;

CREATE FUNCTION crm.timeline_in(cstring) RETURNS crm.timeline
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_in';
COMMENT ON FUNCTION crm.timeline_in(cstring) IS 'Reads the text form of crm.timeline, a JSON array.';

CREATE FUNCTION crm.timeline_out(crm.timeline) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_out';
COMMENT ON FUNCTION crm.timeline_out(crm.timeline) IS 'Writes the text form of crm.timeline, a JSON array.';

CREATE FUNCTION crm.timeline_recv(internal) RETURNS crm.timeline
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_recv';
COMMENT ON FUNCTION crm.timeline_recv(internal) IS 'Reads the binary form of crm.timeline.';

CREATE FUNCTION crm.timeline_send(crm.timeline) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_send';
COMMENT ON FUNCTION crm.timeline_send(crm.timeline) IS 'Writes the binary form of crm.timeline.';

CREATE TYPE crm.timeline (
    INPUT = crm.timeline_in,
    OUTPUT = crm.timeline_out,
    RECEIVE = crm.timeline_recv,
    SEND = crm.timeline_send,
    STORAGE = extended
);
COMMENT ON TYPE crm.timeline IS
    'One customer''s purchases by calendar day: sorted (day, orders, amount), written [["2026-01-05", 2, 59.9], ...].';

CREATE FUNCTION crm.to_jsonb(timeline crm.timeline) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_to_jsonb';
COMMENT ON FUNCTION crm.to_jsonb(crm.timeline) IS 'The timeline as an array of [day, orders, amount].';
CREATE CAST (crm.timeline AS jsonb) WITH FUNCTION crm.to_jsonb(crm.timeline);
COMMENT ON CAST (crm.timeline AS jsonb) IS 'The timeline as an array of [day, orders, amount].';

-- to_jsonb, row_to_json and their like ask for a cast to json.
CREATE FUNCTION crm.to_json(timeline crm.timeline) RETURNS json
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.to_jsonb(timeline)::json;
COMMENT ON FUNCTION crm.to_json(crm.timeline) IS 'The timeline as an array of [day, orders, amount].';
CREATE CAST (crm.timeline AS json) WITH FUNCTION crm.to_json(crm.timeline);
COMMENT ON CAST (crm.timeline AS json) IS 'The timeline as an array of [day, orders, amount].';


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


-- Timelines: building

CREATE FUNCTION crm.timeline_add(internal, at date, amount float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_add_date';
COMMENT ON FUNCTION crm.timeline_add(internal, date, float8) IS 'Support of aggregate crm.timeline.';

CREATE FUNCTION crm.timeline_add(internal, at timestamp, amount float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_add_timestamp';
COMMENT ON FUNCTION crm.timeline_add(internal, timestamp, float8) IS 'Support of aggregate crm.timeline.';

CREATE FUNCTION crm.timeline_add(internal, at timestamptz, amount float8) RETURNS internal
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_add_timestamptz';
COMMENT ON FUNCTION crm.timeline_add(internal, timestamptz, float8) IS 'Support of aggregate crm.timeline.';

CREATE FUNCTION crm.rollup_add(internal, part crm.timeline) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_rollup_add';
COMMENT ON FUNCTION crm.rollup_add(internal, crm.timeline) IS 'Support of aggregate crm.rollup.';

CREATE FUNCTION crm.finish_timeline(internal) RETURNS crm.timeline
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_timeline(internal) IS 'Support of aggregates: the timeline.';

CREATE AGGREGATE crm.timeline(at date, amount float8) (
    SFUNC = crm.timeline_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_timeline,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.timeline(date, float8) IS
    'One customer''s orders as a timeline. Orders of one day are one purchase occasion; a negative amount is a refund.';

CREATE AGGREGATE crm.timeline(at timestamp, amount float8) (
    SFUNC = crm.timeline_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_timeline,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.timeline(timestamp, float8) IS 'One customer''s orders as a timeline, by the day of the timestamp.';

CREATE AGGREGATE crm.timeline(at timestamptz, amount float8) (
    SFUNC = crm.timeline_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_timeline,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.timeline(timestamptz, float8) IS
    'One customer''s orders as a timeline, by the calendar day in the session''s time zone.';

CREATE AGGREGATE crm.rollup(part crm.timeline) (
    SFUNC = crm.rollup_add, STYPE = internal, SSPACE = 96, FINALFUNC = crm.finish_timeline,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.rollup(crm.timeline) IS 'Merges timelines, such as stored months of one customer.';


-- Timelines: reading

CREATE FUNCTION crm.purchases(timeline crm.timeline, OUT day date, OUT orders int, OUT amount float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10
    AS 'MODULE_PATHNAME', 'crm_purchases';
COMMENT ON FUNCTION crm.purchases(crm.timeline) IS
    'A row a day, in order: number of orders (0 on a day of refunds alone) and their amount.';

CREATE FUNCTION crm.first_purchase(timeline crm.timeline) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_first_purchase';
COMMENT ON FUNCTION crm.first_purchase(crm.timeline) IS 'First day with an order; NULL when there is none.';

CREATE FUNCTION crm.last_purchase(timeline crm.timeline) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_last_purchase';
COMMENT ON FUNCTION crm.last_purchase(crm.timeline) IS 'Last day with an order; NULL when there is none.';

CREATE FUNCTION crm.purchase_days(timeline crm.timeline) RETURNS int
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_purchase_days';
COMMENT ON FUNCTION crm.purchase_days(crm.timeline) IS 'Number of purchase occasions: days with an order.';

CREATE FUNCTION crm.orders(timeline crm.timeline) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_orders';
COMMENT ON FUNCTION crm.orders(crm.timeline) IS 'Number of orders; refunds are none.';

CREATE FUNCTION crm.revenue(timeline crm.timeline) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_revenue';
COMMENT ON FUNCTION crm.revenue(crm.timeline) IS 'Sum of all amounts, less refunds.';

CREATE FUNCTION crm.until(timeline crm.timeline, last date) RETURNS crm.timeline
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_until';
COMMENT ON FUNCTION crm.until(crm.timeline, date) IS 'The part up to and including a date: what to calibrate on.';

CREATE FUNCTION crm.since(timeline crm.timeline, last_left_out date) RETURNS crm.timeline
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_since';
COMMENT ON FUNCTION crm.since(crm.timeline, date) IS 'The part after a date: what to hold out.';


-- Timelines: operators, in the schema that CREATE EXTENSION was told, so that they are found without a prefix

CREATE FUNCTION crm.timeline_plus(crm.timeline, crm.timeline) RETURNS crm.timeline
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_plus';
COMMENT ON FUNCTION crm.timeline_plus(crm.timeline, crm.timeline) IS 'Both timelines in one.';
CREATE OPERATOR @extschema@.+ (
    LEFTARG = crm.timeline, RIGHTARG = crm.timeline, FUNCTION = crm.timeline_plus, COMMUTATOR = OPERATOR(@extschema@.+)
);
COMMENT ON OPERATOR @extschema@.+ (crm.timeline, crm.timeline) IS 'Both timelines in one.';

CREATE FUNCTION crm.timeline_equal(crm.timeline, crm.timeline) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_timeline_equal';
COMMENT ON FUNCTION crm.timeline_equal(crm.timeline, crm.timeline) IS 'Same days, orders and amounts.';
CREATE OPERATOR @extschema@.= (
    LEFTARG = crm.timeline, RIGHTARG = crm.timeline, FUNCTION = crm.timeline_equal,
    COMMUTATOR = OPERATOR(@extschema@.=), RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR @extschema@.= (crm.timeline, crm.timeline) IS 'Same days, orders and amounts.';


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


-- Purchase and spend models: fitting

CREATE FUNCTION crm.fit_bg_nbd_add(internal, customer crm.rfm) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_bg_nbd_add';
COMMENT ON FUNCTION crm.fit_bg_nbd_add(internal, crm.rfm) IS 'Support of aggregate crm.fit_bg_nbd.';

CREATE FUNCTION crm.fit_bg_nbd_add(internal, customer crm.rfm, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_bg_nbd_add_weight';
COMMENT ON FUNCTION crm.fit_bg_nbd_add(internal, crm.rfm, float8) IS 'Support of aggregate crm.fit_bg_nbd.';

CREATE FUNCTION crm.fit_bg_nbd_add(internal, frequency float8, recency float8, age float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_bg_nbd_add_columns';
COMMENT ON FUNCTION crm.fit_bg_nbd_add(internal, float8, float8, float8) IS 'Support of aggregate crm.fit_bg_nbd.';

CREATE FUNCTION crm.fit_bg_nbd_add(internal, frequency float8, recency float8, age float8, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_bg_nbd_add_columns_weight';
COMMENT ON FUNCTION crm.fit_bg_nbd_add(internal, float8, float8, float8, float8) IS 'Support of aggregate crm.fit_bg_nbd.';

CREATE AGGREGATE crm.fit_bg_nbd(customer crm.rfm) (
    SFUNC = crm.fit_bg_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_bg_nbd(crm.rfm) IS
    'BG/NBD: customers buy at their own random rate and may leave after any repeat purchase. Fader, Hardie, Lee (2005), Marketing Science 24(2).';

CREATE AGGREGATE crm.fit_bg_nbd(customer crm.rfm, weight float8) (
    SFUNC = crm.fit_bg_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_bg_nbd(crm.rfm, float8) IS 'BG/NBD, each row standing for `weight` equal customers.';

CREATE AGGREGATE crm.fit_bg_nbd(frequency float8, recency float8, age float8) (
    SFUNC = crm.fit_bg_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_bg_nbd(float8, float8, float8) IS 'BG/NBD from plain columns; times in any one unit, which the model keeps.';

CREATE AGGREGATE crm.fit_bg_nbd(frequency float8, recency float8, age float8, weight float8) (
    SFUNC = crm.fit_bg_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_bg_nbd(float8, float8, float8, float8) IS
    'BG/NBD from plain columns, each row standing for `weight` equal customers.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, customer crm.rfm) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, crm.rfm) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, customer crm.rfm, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_weight';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, crm.rfm, float8) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, frequency float8, monetary float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_columns';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, float8, float8) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, frequency float8, monetary float8, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_columns_weight';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, float8, float8, float8) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE AGGREGATE crm.fit_gamma_gamma(customer crm.rfm) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(crm.rfm) IS
    'Gamma-gamma model of the amount of a purchase, from the mean amounts of those who bought again. Fader, Hardie (2013), note 025.';

CREATE AGGREGATE crm.fit_gamma_gamma(customer crm.rfm, weight float8) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(crm.rfm, float8) IS 'Gamma-gamma, each row standing for `weight` equal customers.';

CREATE AGGREGATE crm.fit_gamma_gamma(frequency float8, monetary float8) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(float8, float8) IS 'Gamma-gamma from plain columns.';

CREATE AGGREGATE crm.fit_gamma_gamma(frequency float8, monetary float8, weight float8) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(float8, float8, float8) IS
    'Gamma-gamma from plain columns, each row standing for `weight` equal customers.';


-- Purchase models: asking. A horizon is a number of days or an interval

CREATE FUNCTION crm.days(length interval) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_days';
COMMENT ON FUNCTION crm.days(interval) IS
    'Fixed length of an interval in days: a day is 24 hours, a month 30 days, a year 365.25 days.';

CREATE FUNCTION crm.p_alive(model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_p_alive';
COMMENT ON FUNCTION crm.p_alive(crm.model, crm.rfm) IS
    'Probability that the customer is still active at the end of the observation (0 to 1).';

CREATE FUNCTION crm.p_alive(model crm.model, frequency float8, recency float8, age float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_p_alive_columns';
COMMENT ON FUNCTION crm.p_alive(crm.model, float8, float8, float8) IS
    'Probability that the customer is still active at the end of the observation (0 to 1), from plain columns.';

CREATE FUNCTION crm.churn_probability(model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_churn_probability';
COMMENT ON FUNCTION crm.churn_probability(crm.model, crm.rfm) IS 'Probability that the customer has left: 1 - p_alive.';

CREATE FUNCTION crm.churn_probability(model crm.model, frequency float8, recency float8, age float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_churn_probability_columns';
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8, float8) IS
    'Probability that the customer has left, from plain columns.';

CREATE FUNCTION crm.churn_probability(model crm.model, customer crm.rfm, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 4
    AS 'MODULE_PATHNAME', 'crm_churn_probability_within';
COMMENT ON FUNCTION crm.churn_probability(crm.model, crm.rfm, float8) IS
    'Probability of no purchase within the next `horizon` days.';

CREATE FUNCTION crm.churn_probability(model crm.model, customer crm.rfm, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.churn_probability(model, customer, crm.days(horizon));
COMMENT ON FUNCTION crm.churn_probability(crm.model, crm.rfm, interval) IS 'Probability of no purchase within the horizon.';

CREATE FUNCTION crm.churn_probability(model crm.model, frequency float8, recency float8, age float8, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 4
    AS 'MODULE_PATHNAME', 'crm_churn_probability_within_columns';
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8, float8, float8) IS
    'Probability of no purchase within the next `horizon` days, from plain columns.';

CREATE FUNCTION crm.churn_probability(model crm.model, frequency float8, recency float8, age float8, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.churn_probability(model, frequency, recency, age, crm.days(horizon));
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8, float8, interval) IS
    'Probability of no purchase within the horizon, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, customer crm.rfm, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_expected_purchases';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.rfm, float8) IS
    'Expected purchase occasions within the next `horizon` days.';

CREATE FUNCTION crm.expected_purchases(model crm.model, customer crm.rfm, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, customer, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.rfm, interval) IS
    'Expected purchase occasions within the horizon.';

CREATE FUNCTION crm.expected_purchases(model crm.model, frequency float8, recency float8, age float8, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_expected_purchases_columns';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8, float8, float8, float8) IS
    'Expected purchase occasions within the next `horizon` days, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, frequency float8, recency float8, age float8, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, frequency, recency, age, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8, float8, float8, interval) IS
    'Expected purchase occasions within the horizon, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_expected_purchases_new';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8) IS
    'Expected repeat purchase occasions of a new customer within `horizon` days of the first.';

CREATE FUNCTION crm.expected_purchases(model crm.model, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, interval) IS
    'Expected repeat purchase occasions of a new customer within the horizon.';

CREATE FUNCTION crm.log_likelihood(model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_log_likelihood';
COMMENT ON FUNCTION crm.log_likelihood(crm.model, crm.rfm) IS
    'Log-likelihood of one customer''s history under the model; 0 for a customer that this kind of model does not read.';

CREATE FUNCTION crm.log_likelihood(
    model crm.model, frequency float8, recency float8, age float8, monetary float8 DEFAULT NULL)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.log_likelihood(model, crm.rfm(frequency, recency, age, monetary));
COMMENT ON FUNCTION crm.log_likelihood(crm.model, float8, float8, float8, float8) IS
    'Log-likelihood of one customer''s history under the model, from plain columns.';

CREATE FUNCTION crm.why(model crm.model, customer crm.rfm) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_why';
COMMENT ON FUNCTION crm.why(crm.model, crm.rfm) IS
    'Why the model thinks so, in a sentence for whoever talks to the customer.';

CREATE FUNCTION crm.why(model crm.model, frequency float8, recency float8, age float8) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.why(model, crm.rfm(frequency, recency, age));
COMMENT ON FUNCTION crm.why(crm.model, float8, float8, float8) IS 'Why the model thinks so, from plain columns.';


-- Spend and lifetime value

CREATE FUNCTION crm.expected_spend(spend_model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_expected_spend';
COMMENT ON FUNCTION crm.expected_spend(crm.model, crm.rfm) IS
    'Expected amount of a future purchase: the customer''s own mean drawn towards that of all; NULL where the model has no finite mean.';

CREATE FUNCTION crm.expected_spend(spend_model crm.model, frequency float8, monetary float8) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_expected_spend_columns';
COMMENT ON FUNCTION crm.expected_spend(crm.model, float8, float8) IS
    'Expected amount of a future purchase, from plain columns; monetary is NULL for a customer without a repeat purchase.';

CREATE FUNCTION crm.clv(model crm.model, spend_model crm.model, customer crm.rfm, horizon float8, discount_rate float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_clv';
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, crm.rfm, float8, float8) IS
    'Customer lifetime value: what the customer is expected to spend within the next `horizon` days, in today''s money. discount_rate is annual and continuous: money in t years counts exp(-discount_rate t).';

CREATE FUNCTION crm.clv(model crm.model, spend_model crm.model, customer crm.rfm, horizon interval, discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.clv(model, spend_model, customer, crm.days(horizon), discount_rate);
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, crm.rfm, interval, float8) IS
    'Customer lifetime value: what the customer is expected to spend within the horizon, in today''s money.';

CREATE FUNCTION crm.clv(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    horizon float8, discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.clv(model, spend_model, crm.rfm(frequency, recency, age, monetary), horizon, discount_rate);
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, float8, float8, float8, float8, float8, float8) IS
    'Customer lifetime value within the next `horizon` days, from plain columns; monetary is NULL for a customer without a repeat purchase.';

CREATE FUNCTION crm.clv(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    horizon interval, discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.clv(model, spend_model, crm.rfm(frequency, recency, age, monetary), crm.days(horizon), discount_rate);
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, float8, float8, float8, float8, interval, float8) IS
    'Customer lifetime value within the horizon, from plain columns.';
