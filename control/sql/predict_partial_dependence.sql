-- What a model makes of one feature: its prediction, averaged over rows, for one value after another

CREATE TYPE crm.partial_dependence AS (
    value text,
    number float8,
    prediction float8,
    lower float8,
    upper float8,
    share float8
);
COMMENT ON TYPE crm.partial_dependence IS 'What a model predicts when a feature takes one value in all rows.';
COMMENT ON COLUMN crm.partial_dependence.value IS 'The value, in words: missing where none is given, unknown for a level that the model does not know.';
COMMENT ON COLUMN crm.partial_dependence.number IS 'The same as a number; NULL of a level and of a missing value.';
COMMENT ON COLUMN crm.partial_dependence.prediction IS 'Mean prediction over the rows.';
COMMENT ON COLUMN crm.partial_dependence.lower IS 'What 5 % of the rows'' predictions do not exceed.';
COMMENT ON COLUMN crm.partial_dependence.upper IS 'What 95 % of them do not exceed.';
COMMENT ON COLUMN crm.partial_dependence.share IS 'Share of the rows that are of this level, or nearer to this number than to its neighbours: where it is 0 or small, the model was not asked much.';

CREATE FUNCTION crm.finish_partial_dependence(internal) RETURNS crm.partial_dependence[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_partial_dependence(internal) IS 'Support of aggregates: what a model makes of one feature.';

CREATE FUNCTION crm.partial_dependence_add(internal, model crm.model, features jsonb, feature text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_partial_dependence_add';
COMMENT ON FUNCTION crm.partial_dependence_add(internal, crm.model, jsonb, text) IS 'Support of aggregate crm.partial_dependence.';

CREATE AGGREGATE crm.partial_dependence(model crm.model, features jsonb, feature text) (
    SFUNC = crm.partial_dependence_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_partial_dependence,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.partial_dependence(crm.model, jsonb, text) IS
    'What a model predicts on average over these rows when the feature takes one value after another and all others stay as they are: 20 numbers from the least to the greatest of the rows, by quantiles, or every level; for unnest(). Takes a prediction for each row and value: a sample of some thousand rows does. Friedman (2001), Annals of Statistics 29(5).';

CREATE FUNCTION crm.partial_dependence_add(internal, model crm.model, features jsonb, feature text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_partial_dependence_add_options';
COMMENT ON FUNCTION crm.partial_dependence_add(internal, crm.model, jsonb, text, jsonb) IS 'Support of aggregate crm.partial_dependence.';

CREATE AGGREGATE crm.partial_dependence(model crm.model, features jsonb, feature text, options jsonb) (
    SFUNC = crm.partial_dependence_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_partial_dependence,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.partial_dependence(crm.model, jsonb, text, jsonb) IS
    'The same with options: points (20).';

CREATE FUNCTION crm.partial_dependence_add(internal, model crm.model, features float8[], feature text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_partial_dependence_add_array';
COMMENT ON FUNCTION crm.partial_dependence_add(internal, crm.model, float8[], text) IS 'Support of aggregate crm.partial_dependence.';

CREATE AGGREGATE crm.partial_dependence(model crm.model, features float8[], feature text) (
    SFUNC = crm.partial_dependence_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_partial_dependence,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.partial_dependence(crm.model, float8[], text) IS
    'The same of arrays, whose features are named x1, x2, ... or as the fit named them.';

CREATE FUNCTION crm.partial_dependence_add(internal, model crm.model, features float8[], feature text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_partial_dependence_add_array_options';
COMMENT ON FUNCTION crm.partial_dependence_add(internal, crm.model, float8[], text, jsonb) IS 'Support of aggregate crm.partial_dependence.';

CREATE AGGREGATE crm.partial_dependence(model crm.model, features float8[], feature text, options jsonb) (
    SFUNC = crm.partial_dependence_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_partial_dependence,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.partial_dependence(crm.model, float8[], text, jsonb) IS
    'The same of arrays with options.';
