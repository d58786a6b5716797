-- Schema and rights

CREATE SCHEMA crm;
COMMENT ON SCHEMA crm IS 'pg_crm: customer analytics in SQL.';
GRANT USAGE ON SCHEMA crm TO PUBLIC;


-- Support functions of all aggregates; a state knows what it is

CREATE FUNCTION crm.aggregate_combine(internal, internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_combine';
COMMENT ON FUNCTION crm.aggregate_combine(internal, internal) IS 'Support of aggregates: merges two partial states.';

CREATE FUNCTION crm.aggregate_serialize(internal) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_serialize';
COMMENT ON FUNCTION crm.aggregate_serialize(internal) IS 'Support of aggregates: a partial state as bytes.';

CREATE FUNCTION crm.aggregate_deserialize(bytea, internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_deserialize';
COMMENT ON FUNCTION crm.aggregate_deserialize(bytea, internal) IS 'Support of aggregates: a partial state from bytes.';


-- Type model: any fitted model as a value

CREATE TYPE crm.model;

CREATE FUNCTION crm.model_in(cstring) RETURNS crm.model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_model_in';
COMMENT ON FUNCTION crm.model_in(cstring) IS 'Reads the text form of crm.model, a JSON object.';

CREATE FUNCTION crm.model_out(crm.model) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_model_out';
COMMENT ON FUNCTION crm.model_out(crm.model) IS 'Writes the text form of crm.model, a JSON object.';

CREATE FUNCTION crm.model_recv(internal) RETURNS crm.model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_model_recv';
COMMENT ON FUNCTION crm.model_recv(internal) IS 'Reads the binary form of crm.model.';

CREATE FUNCTION crm.model_send(crm.model) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_model_send';
COMMENT ON FUNCTION crm.model_send(crm.model) IS 'Writes the binary form of crm.model.';

CREATE TYPE crm.model (
    INPUT = crm.model_in,
    OUTPUT = crm.model_out,
    RECEIVE = crm.model_recv,
    SEND = crm.model_send,
    STORAGE = extended
);
COMMENT ON TYPE crm.model IS
    'Any fitted model as a value: store it in a table, score with it, cast it to jsonb to read it.';

CREATE FUNCTION crm.to_jsonb(model crm.model) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_model_to_jsonb';
COMMENT ON FUNCTION crm.to_jsonb(crm.model) IS 'The model as a document: kind, parameters, how it was fitted.';
CREATE CAST (crm.model AS jsonb) WITH FUNCTION crm.to_jsonb(crm.model);
COMMENT ON CAST (crm.model AS jsonb) IS 'The model as a document: kind, parameters, how it was fitted.';

-- to_jsonb, row_to_json and their like ask for a cast to json.
CREATE FUNCTION crm.to_json(model crm.model) RETURNS json
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.to_jsonb(model)::json;
COMMENT ON FUNCTION crm.to_json(crm.model) IS 'The model as a document: kind, parameters, how it was fitted.';
CREATE CAST (crm.model AS json) WITH FUNCTION crm.to_json(crm.model);
COMMENT ON CAST (crm.model AS json) IS 'The model as a document: kind, parameters, how it was fitted.';


-- Making and reading models

CREATE FUNCTION crm.finish_model(internal) RETURNS crm.model
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_model(internal) IS 'Support of aggregates: fits the model.';

CREATE FUNCTION crm.make_model(kind text, parameters jsonb) RETURNS crm.model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_make_model';
COMMENT ON FUNCTION crm.make_model(text, jsonb) IS
    'A model from known parameters, by the names of the literature: crm.make_model(''bg_nbd'', ''{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'').';

CREATE FUNCTION crm.fit_info(
    model crm.model,
    OUT kind text,
    OUT observations bigint,
    OUT distinct_observations bigint,
    OUT skipped bigint,
    OUT log_likelihood float8,
    OUT aic float8,
    OUT bic float8,
    OUT converged boolean,
    OUT iterations int,
    OUT message text)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_info';
COMMENT ON FUNCTION crm.fit_info(crm.model) IS
    'How the fit went: rows read and skipped, log-likelihood, information criteria, convergence, and what to know of it. NULLs for a model made from known parameters.';

CREATE FUNCTION crm.coef(
    model crm.model,
    OUT name text,
    OUT estimate float8,
    OUT std_error float8,
    OUT lower float8,
    OUT upper float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 4
    AS 'MODULE_PATHNAME', 'crm_coef';
COMMENT ON FUNCTION crm.coef(crm.model) IS
    'The parameters with standard errors and 95 % intervals; Infinity or 0 without an error for one that ran to its boundary.';

CREATE FUNCTION crm.model_card(
    model crm.model,
    OUT section text,
    OUT item text,
    OUT value float8,
    OUT note text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 100
    AS 'MODULE_PATHNAME', 'crm_model_card';
COMMENT ON FUNCTION crm.model_card(crm.model) IS
    'What a model knows of itself, of whatever kind: the rows it has learnt from, how well it fits, and what it found. A text classifier tells how it fared on comments held out, a logistic regression and a scorecard how much each feature matters.';

CREATE FUNCTION crm.likelihood_ratio_test(
    restricted crm.model,
    "full" crm.model,
    OUT statistic float8,
    OUT degrees_of_freedom int,
    OUT p_value float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_likelihood_ratio_test';
COMMENT ON FUNCTION crm.likelihood_ratio_test(crm.model, crm.model) IS
    'Is the full model better than chance would make it, if the restricted one, a special case of it, were true? Both fitted to the same rows.';

CREATE FUNCTION crm.compare(
    models crm.model[],
    OUT "position" int,
    OUT kind text,
    OUT parameters int,
    OUT log_likelihood float8,
    OUT aic float8,
    OUT bic float8,
    OUT delta_aic float8,
    OUT delta_bic float8,
    OUT akaike_weight float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 5
    AS 'MODULE_PATHNAME', 'crm_compare';
COMMENT ON FUNCTION crm.compare(crm.model[]) IS
    'Models fitted to the same rows, the best first: a row each, with its position in the array. Burnham, Anderson (2002).';
