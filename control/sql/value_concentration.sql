-- Type lorenz: customers by their revenue

CREATE TYPE crm.lorenz;

CREATE FUNCTION crm.lorenz_in(cstring) RETURNS crm.lorenz
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_in';
COMMENT ON FUNCTION crm.lorenz_in(cstring) IS 'Reads the text form of crm.lorenz, a JSON object.';

CREATE FUNCTION crm.lorenz_out(crm.lorenz) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_out';
COMMENT ON FUNCTION crm.lorenz_out(crm.lorenz) IS 'Writes the text form of crm.lorenz, a JSON object.';

CREATE FUNCTION crm.lorenz_recv(internal) RETURNS crm.lorenz
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_recv';
COMMENT ON FUNCTION crm.lorenz_recv(internal) IS 'Reads the binary form of crm.lorenz.';

CREATE FUNCTION crm.lorenz_send(crm.lorenz) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_send';
COMMENT ON FUNCTION crm.lorenz_send(crm.lorenz) IS 'Writes the binary form of crm.lorenz.';

CREATE TYPE crm.lorenz (
    INPUT = crm.lorenz_in,
    OUTPUT = crm.lorenz_out,
    RECEIVE = crm.lorenz_recv,
    SEND = crm.lorenz_send,
    STORAGE = extended
);
COMMENT ON TYPE crm.lorenz IS
    'How revenue is spread over customers, exact up to 4096 distinct revenues; beyond, neighbours are merged, and crm.max_error says how much any share may be off by it. Written {"error": 0, "customers": [[0, 120], [19.9, 3], ...]}: revenue of each, number of customers.';

CREATE FUNCTION crm.to_jsonb(lorenz crm.lorenz) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_to_jsonb';
COMMENT ON FUNCTION crm.to_jsonb(crm.lorenz) IS 'Customers by their revenue, as an object.';
CREATE CAST (crm.lorenz AS jsonb) WITH FUNCTION crm.to_jsonb(crm.lorenz);
COMMENT ON CAST (crm.lorenz AS jsonb) IS 'Customers by their revenue, as an object.';

-- to_jsonb, row_to_json and their like ask for a cast to json.
CREATE FUNCTION crm.to_json(lorenz crm.lorenz) RETURNS json
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.to_jsonb(lorenz)::json;
COMMENT ON FUNCTION crm.to_json(crm.lorenz) IS 'Customers by their revenue, as an object.';
CREATE CAST (crm.lorenz AS json) WITH FUNCTION crm.to_json(crm.lorenz);
COMMENT ON CAST (crm.lorenz AS json) IS 'Customers by their revenue, as an object.';


-- Type confidence_interval

CREATE TYPE crm.confidence_interval AS (
    lower float8,
    upper float8
);
COMMENT ON TYPE crm.confidence_interval IS 'Bounds of an estimate at a stated level.';
COMMENT ON COLUMN crm.confidence_interval.lower IS 'Lower bound.';
COMMENT ON COLUMN crm.confidence_interval.upper IS 'Upper bound.';


-- Concentration: building

CREATE FUNCTION crm.lorenz_add(internal, revenue float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_add';
COMMENT ON FUNCTION crm.lorenz_add(internal, float8) IS 'Support of aggregate crm.lorenz.';

CREATE FUNCTION crm.rollup_add(internal, part crm.lorenz) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_rollup_add';
COMMENT ON FUNCTION crm.rollup_add(internal, crm.lorenz) IS 'Support of aggregate crm.rollup.';

CREATE FUNCTION crm.finish_lorenz(internal) RETURNS crm.lorenz
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_lorenz(internal) IS 'Support of aggregates: customers by their revenue.';

CREATE AGGREGATE crm.lorenz(revenue float8) (
    SFUNC = crm.lorenz_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_lorenz,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.lorenz(float8) IS
    'How revenue is spread over customers, from one row a customer: the revenue of the period, 0 or more. NULL is skipped. With more than 4096 distinct revenues any share asked for is off by crm.max_error at most: commonly less than 0.000001.';

CREATE AGGREGATE crm.rollup(part crm.lorenz) (
    SFUNC = crm.rollup_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_lorenz,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.rollup(crm.lorenz) IS
    'Merges disjoint sets of customers, such as those of each country.';


-- Concentration: asking. What has no answer (no customer, no revenue) is NULL.

CREATE FUNCTION crm.customers(lorenz crm.lorenz) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_lorenz_customers';
COMMENT ON FUNCTION crm.customers(crm.lorenz) IS 'Number of customers.';

CREATE FUNCTION crm.total(lorenz crm.lorenz) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_lorenz_total';
COMMENT ON FUNCTION crm.total(crm.lorenz) IS 'Revenue of all customers.';

CREATE FUNCTION crm.max_error(lorenz crm.lorenz) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_lorenz_error';
COMMENT ON FUNCTION crm.max_error(crm.lorenz) IS
    'The most by which any share, of revenue or of customers, is off: 0 up to 4096 distinct revenues. The Gini coefficient is off by twice that at most.';

CREATE FUNCTION crm.gini(lorenz crm.lorenz, corrected boolean DEFAULT false) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_gini';
COMMENT ON FUNCTION crm.gini(crm.lorenz, boolean) IS
    'Gini coefficient: half the mean difference between two customers, over the mean; 0 when all are equal. corrected: times n / (n - 1), for customers who are a sample.';

CREATE FUNCTION crm.gini_interval(lorenz crm.lorenz, level float8 DEFAULT 0.95) RETURNS crm.confidence_interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_gini_interval';
COMMENT ON FUNCTION crm.gini_interval(crm.lorenz, float8) IS
    'Confidence interval, around the corrected coefficient, for the population of which these customers are a sample. Asymptotic: Davidson (2009), Langel and Tille (2013).';

CREATE FUNCTION crm.top_share(lorenz crm.lorenz, share float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_top_share';
COMMENT ON FUNCTION crm.top_share(crm.lorenz, float8) IS
    'Share of the revenue that this share of the customers bring, those of most revenue: top_share(l, 0.2) is 0.8 where 80/20 holds.';

CREATE FUNCTION crm.top_share_interval(lorenz crm.lorenz, share float8, level float8 DEFAULT 0.95)
    RETURNS crm.confidence_interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_top_share_interval';
COMMENT ON FUNCTION crm.top_share_interval(crm.lorenz, float8, float8) IS
    'Confidence interval of crm.top_share for the population of which these customers are a sample. Asymptotic: Beach and Davidson (1983).';

CREATE FUNCTION crm.share_needed(lorenz crm.lorenz, share float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_share_needed';
COMMENT ON FUNCTION crm.share_needed(crm.lorenz, float8) IS
    'The smallest share of the customers that brings this share of the revenue; the inverse of crm.top_share.';

CREATE FUNCTION crm.customers_needed(lorenz crm.lorenz, share float8) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_customers_needed';
COMMENT ON FUNCTION crm.customers_needed(crm.lorenz, float8) IS
    'The smallest number of customers that brings this share of the revenue.';

CREATE FUNCTION crm.deciles(
    lorenz crm.lorenz, parts int DEFAULT 10,
    OUT decile int, OUT customers bigint, OUT revenue float8, OUT share float8, OUT cumulative_share float8,
    OUT lowest float8, OUT highest float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 10
    AS 'MODULE_PATHNAME', 'crm_deciles';
COMMENT ON FUNCTION crm.deciles(crm.lorenz, int) IS
    'Customers in parts of equal size, 1 being those of most revenue, as ntile() makes them: number, revenue, share of all revenue, share up to here, least and greatest revenue of one customer.';

CREATE FUNCTION crm.lorenz_curve(
    lorenz crm.lorenz, points int DEFAULT 100, OUT customers float8, OUT revenue float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 101
    AS 'MODULE_PATHNAME', 'crm_lorenz_curve';
COMMENT ON FUNCTION crm.lorenz_curve(crm.lorenz, int) IS
    'For a chart: share of the customers, those of least revenue first, and the share of the revenue they bring, from 0 to 1 in `points` steps.';


-- Concentration: operators, in the schema that CREATE EXTENSION was told

CREATE FUNCTION crm.lorenz_plus(crm.lorenz, crm.lorenz) RETURNS crm.lorenz
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_plus';
COMMENT ON FUNCTION crm.lorenz_plus(crm.lorenz, crm.lorenz) IS 'Disjoint sets of customers in one.';
CREATE OPERATOR @extschema@.+ (
    LEFTARG = crm.lorenz, RIGHTARG = crm.lorenz, FUNCTION = crm.lorenz_plus, COMMUTATOR = OPERATOR(@extschema@.+)
);
COMMENT ON OPERATOR @extschema@.+ (crm.lorenz, crm.lorenz) IS 'Disjoint sets of customers in one.';

CREATE FUNCTION crm.lorenz_equal(crm.lorenz, crm.lorenz) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_lorenz_equal';
COMMENT ON FUNCTION crm.lorenz_equal(crm.lorenz, crm.lorenz) IS 'Same revenues, of as many customers.';
CREATE OPERATOR @extschema@.= (
    LEFTARG = crm.lorenz, RIGHTARG = crm.lorenz, FUNCTION = crm.lorenz_equal,
    COMMUTATOR = OPERATOR(@extschema@.=), RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR @extschema@.= (crm.lorenz, crm.lorenz) IS 'Same revenues, of as many customers.';
