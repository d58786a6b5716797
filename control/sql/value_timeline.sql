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

CREATE FUNCTION crm.last_day(timeline crm.timeline) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_last_day';
COMMENT ON FUNCTION crm.last_day(crm.timeline) IS 'Last day with an order or a refund.';

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

CREATE FUNCTION crm.last_gap(timeline crm.timeline, as_of date) RETURNS int
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_last_gap';
COMMENT ON FUNCTION crm.last_gap(crm.timeline, date) IS
    'Days between the last two days of purchase as of a date; NULL where there are fewer.';

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
