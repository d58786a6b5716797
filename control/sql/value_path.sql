-- Type covariate_path: one customer's covariates that change from one period to the next

CREATE TYPE crm.covariate_path;

CREATE FUNCTION crm.covariate_path_in(cstring) RETURNS crm.covariate_path
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariate_path_in';
COMMENT ON FUNCTION crm.covariate_path_in(cstring) IS 'Reads the text form of crm.covariate_path, a JSON array.';

CREATE FUNCTION crm.covariate_path_out(crm.covariate_path) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariate_path_out';
COMMENT ON FUNCTION crm.covariate_path_out(crm.covariate_path) IS 'Writes the text form of crm.covariate_path, a JSON array.';

CREATE FUNCTION crm.covariate_path_recv(internal) RETURNS crm.covariate_path
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariate_path_recv';
COMMENT ON FUNCTION crm.covariate_path_recv(internal) IS 'Reads the binary form of crm.covariate_path.';

CREATE FUNCTION crm.covariate_path_send(crm.covariate_path) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariate_path_send';
COMMENT ON FUNCTION crm.covariate_path_send(crm.covariate_path) IS 'Writes the binary form of crm.covariate_path.';

CREATE TYPE crm.covariate_path (
    INPUT = crm.covariate_path_in,
    OUTPUT = crm.covariate_path_out,
    RECEIVE = crm.covariate_path_recv,
    SEND = crm.covariate_path_send,
    STORAGE = extended
);
COMMENT ON TYPE crm.covariate_path IS
    'One customer''s covariates by period: sorted (first day, covariates), written [["2026-01-05", [0, 1.5]], ...].';

CREATE FUNCTION crm.to_jsonb(path crm.covariate_path) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariate_path_to_jsonb';
COMMENT ON FUNCTION crm.to_jsonb(crm.covariate_path) IS 'The path as an array of [first day, covariates].';
CREATE CAST (crm.covariate_path AS jsonb) WITH FUNCTION crm.to_jsonb(crm.covariate_path);
COMMENT ON CAST (crm.covariate_path AS jsonb) IS 'The path as an array of [first day, covariates].';

CREATE FUNCTION crm.to_json(path crm.covariate_path) RETURNS json
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.to_jsonb(path)::json;
COMMENT ON FUNCTION crm.to_json(crm.covariate_path) IS 'The path as an array of [first day, covariates].';
CREATE CAST (crm.covariate_path AS json) WITH FUNCTION crm.to_json(crm.covariate_path);
COMMENT ON CAST (crm.covariate_path AS json) IS 'The path as an array of [first day, covariates].';


CREATE FUNCTION crm.covariate_path_add(internal, starts date, covariates float8[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariate_path_add';
COMMENT ON FUNCTION crm.covariate_path_add(internal, date, float8[]) IS
    'Support of aggregate crm.covariate_path.';

CREATE FUNCTION crm.finish_covariate_path(internal) RETURNS crm.covariate_path
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_covariate_path(internal) IS 'Support of aggregates: the path.';

CREATE AGGREGATE crm.covariate_path(starts date, covariates float8[]) (
    SFUNC = crm.covariate_path_add, STYPE = internal, FINALFUNC = crm.finish_covariate_path,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.covariate_path(date, float8[]) IS
    'One customer''s covariates, each row in force from `starts` until the next one starts; the first before that too.';

CREATE FUNCTION crm.covariates_at(path crm.covariate_path, day date) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_covariates_at';
COMMENT ON FUNCTION crm.covariates_at(crm.covariate_path, date) IS 'The covariates in force on a day.';


-- Pareto/NBD with covariates that change over time: fitting

CREATE FUNCTION crm.fit_pareto_nbd_add(internal, history crm.timeline, as_of date, path crm.covariate_path) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_pareto_nbd_add_path';
COMMENT ON FUNCTION crm.fit_pareto_nbd_add(internal, crm.timeline, date, crm.covariate_path) IS
    'Support of aggregate crm.fit_pareto_nbd.';

CREATE AGGREGATE crm.fit_pareto_nbd(history crm.timeline, as_of date, path crm.covariate_path) (
    SFUNC = crm.fit_pareto_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_pareto_nbd(crm.timeline, date, crm.covariate_path) IS
    'Pareto/NBD with covariates that change over time, of both sides. Bachmann, Meierer, Naef (2021), Marketing Science 40(4).';

CREATE FUNCTION crm.fit_pareto_nbd_add(internal, history crm.timeline, as_of date, path crm.covariate_path, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_pareto_nbd_add_path_options';
COMMENT ON FUNCTION crm.fit_pareto_nbd_add(internal, crm.timeline, date, crm.covariate_path, jsonb) IS
    'Support of aggregate crm.fit_pareto_nbd.';

CREATE AGGREGATE crm.fit_pareto_nbd(history crm.timeline, as_of date, path crm.covariate_path, options jsonb) (
    SFUNC = crm.fit_pareto_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_pareto_nbd(crm.timeline, date, crm.covariate_path, jsonb) IS
    'Pareto/NBD with covariates that change over time and options. Bachmann, Meierer, Naef (2021), Marketing Science 40(4).';

CREATE FUNCTION crm.fit_pareto_nbd_add(internal, history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_pareto_nbd_add_two_paths';
COMMENT ON FUNCTION crm.fit_pareto_nbd_add(internal, crm.timeline, date, crm.covariate_path, crm.covariate_path) IS
    'Support of aggregate crm.fit_pareto_nbd.';

CREATE AGGREGATE crm.fit_pareto_nbd(history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path) (
    SFUNC = crm.fit_pareto_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_pareto_nbd(crm.timeline, date, crm.covariate_path, crm.covariate_path) IS
    'Pareto/NBD with covariates that change over time and shift how often customers buy, and others that shift how soon they leave. Bachmann, Meierer, Naef (2021), Marketing Science 40(4).';

CREATE FUNCTION crm.fit_pareto_nbd_add(internal, history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path, options jsonb)
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_pareto_nbd_add_two_paths_options';
COMMENT ON FUNCTION crm.fit_pareto_nbd_add(internal, crm.timeline, date, crm.covariate_path, crm.covariate_path, jsonb) IS
    'Support of aggregate crm.fit_pareto_nbd.';

CREATE AGGREGATE crm.fit_pareto_nbd(history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path, options jsonb) (
    SFUNC = crm.fit_pareto_nbd_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_pareto_nbd(crm.timeline, date, crm.covariate_path, crm.covariate_path, jsonb) IS
    'Pareto/NBD with covariates of either side that change over time and options. Bachmann, Meierer, Naef (2021), Marketing Science 40(4).';


-- Pareto/NBD with covariates that change over time: asking

CREATE FUNCTION crm.p_alive(model crm.model, history crm.timeline, as_of date, path crm.covariate_path) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_p_alive_path';
COMMENT ON FUNCTION crm.p_alive(crm.model, crm.timeline, date, crm.covariate_path) IS
    'Probability that a customer with such covariates is still active at as_of.';

CREATE FUNCTION crm.expected_purchases(model crm.model, history crm.timeline, as_of date, path crm.covariate_path, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_expected_purchases_path';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.timeline, date, crm.covariate_path, float8) IS
    'Expected purchase occasions within the `horizon` days after as_of, with the covariates that the path has for them.';

CREATE FUNCTION crm.expected_purchases(model crm.model, history crm.timeline, as_of date, path crm.covariate_path, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, history, as_of, path, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.timeline, date, crm.covariate_path, interval) IS
    'Expected purchase occasions within the horizon after as_of.';

CREATE FUNCTION crm.log_likelihood(model crm.model, history crm.timeline, as_of date, path crm.covariate_path) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_log_likelihood_path';
COMMENT ON FUNCTION crm.log_likelihood(crm.model, crm.timeline, date, crm.covariate_path) IS
    'Log-likelihood of one customer''s history under the model and the covariates then in force.';

CREATE FUNCTION crm.p_alive(model crm.model, history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_p_alive_two_paths';
COMMENT ON FUNCTION crm.p_alive(crm.model, crm.timeline, date, crm.covariate_path, crm.covariate_path) IS
    'Probability that a customer with such covariates is still active at as_of, from paths of either side.';

CREATE FUNCTION crm.expected_purchases(model crm.model, history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_expected_purchases_two_paths';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.timeline, date, crm.covariate_path, crm.covariate_path, float8) IS
    'Expected purchase occasions within the `horizon` days after as_of, with the covariates that the path has for them, from paths of either side.';

CREATE FUNCTION crm.expected_purchases(model crm.model, history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, history, as_of, purchase_path, lifetime_path, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.timeline, date, crm.covariate_path, crm.covariate_path, interval) IS
    'Expected purchase occasions within the horizon after as_of, from paths of either side.';

CREATE FUNCTION crm.log_likelihood(model crm.model, history crm.timeline, as_of date, purchase_path crm.covariate_path, lifetime_path crm.covariate_path)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_log_likelihood_two_paths';
COMMENT ON FUNCTION crm.log_likelihood(crm.model, crm.timeline, date, crm.covariate_path, crm.covariate_path) IS
    'Log-likelihood of one customer''s history under the model and the covariates then in force, from paths of either side.';
