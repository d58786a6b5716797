-- Do features and scores still look as they did? The reference is a model: fitted once, kept in a table, compared with whenever wanted

CREATE FUNCTION crm.fit_drift_reference_add(internal, features jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_drift_reference_add';
COMMENT ON FUNCTION crm.fit_drift_reference_add(internal, jsonb) IS 'Support of aggregate crm.fit_drift_reference.';

CREATE AGGREGATE crm.fit_drift_reference(features jsonb) (
    SFUNC = crm.fit_drift_reference_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_drift_reference(jsonb) IS
    'What features, or scores, look like now, to compare later rows with: of each number ten bins of about equal count, of each text its levels, and how many rows are in each, what is missing apart. Rows with NULL are skipped.';

CREATE FUNCTION crm.fit_drift_reference_add(internal, features jsonb, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_drift_reference_add_options';
COMMENT ON FUNCTION crm.fit_drift_reference_add(internal, jsonb, jsonb) IS 'Support of aggregate crm.fit_drift_reference.';

CREATE AGGREGATE crm.fit_drift_reference(features jsonb, options jsonb) (
    SFUNC = crm.fit_drift_reference_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_drift_reference(jsonb, jsonb) IS
    'The same with options: bins (10), levels (100), beyond which the rarest are pooled.';

CREATE FUNCTION crm.fit_drift_reference_add(internal, features float8[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_drift_reference_add_array';
COMMENT ON FUNCTION crm.fit_drift_reference_add(internal, float8[]) IS 'Support of aggregate crm.fit_drift_reference.';

CREATE AGGREGATE crm.fit_drift_reference(features float8[]) (
    SFUNC = crm.fit_drift_reference_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_drift_reference(float8[]) IS
    'The same of an array of numbers; NULL is missing.';

CREATE FUNCTION crm.fit_drift_reference_add(internal, features float8[], options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_drift_reference_add_array_options';
COMMENT ON FUNCTION crm.fit_drift_reference_add(internal, float8[], jsonb) IS 'Support of aggregate crm.fit_drift_reference.';

CREATE AGGREGATE crm.fit_drift_reference(features float8[], options jsonb) (
    SFUNC = crm.fit_drift_reference_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_drift_reference(float8[], jsonb) IS
    'The same of an array with options: bins, and names of the features (x1, x2, ...).';


CREATE TYPE crm.drift AS (
    feature text,
    kind text,
    psi float8,
    by_chance float8,
    reference_missing float8,
    current_missing float8,
    moved_most text,
    note text
);
COMMENT ON TYPE crm.drift IS 'How far one feature has drifted from the reference.';
COMMENT ON COLUMN crm.drift.feature IS 'The feature.';
COMMENT ON COLUMN crm.drift.kind IS 'numeric or categorical.';
COMMENT ON COLUMN crm.drift.psi IS 'Population stability index: the sum over bins of the change in share times the logarithm of its ratio; an empty bin counts as half a row.';
COMMENT ON COLUMN crm.drift.by_chance IS 'What chance alone stays below in 95 of 100 samples of these sizes.';
COMMENT ON COLUMN crm.drift.reference_missing IS 'Share of the reference''s rows without a value.';
COMMENT ON COLUMN crm.drift.current_missing IS 'Share of the rows compared without a value.';
COMMENT ON COLUMN crm.drift.moved_most IS 'The bin that adds most, with its share in the reference and now; NULL when nothing moved.';
COMMENT ON COLUMN crm.drift.note IS 'stable below 0.1, moved up to 0.25, shifted above; within chance when psi is no more than by_chance.';

CREATE FUNCTION crm.finish_drift(internal) RETURNS crm.drift[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_drift(internal) IS 'Support of aggregates: how far features have drifted.';

CREATE FUNCTION crm.drift_add(internal, reference crm.model, features jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_drift_add';
COMMENT ON FUNCTION crm.drift_add(internal, crm.model, jsonb) IS 'Support of aggregate crm.drift.';

CREATE AGGREGATE crm.drift(reference crm.model, features jsonb) (
    SFUNC = crm.drift_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_drift,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.drift(crm.model, jsonb) IS
    'How far the features of these rows have drifted from those of the reference (crm.fit_drift_reference): a row for each feature, the one that drifted furthest first, for unnest(). Features that the reference does not have are passed over; one that a row does not have is missing. Siddiqi (2006), Credit Risk Scorecards; Yurdakul, Naranjo (2020) for what chance makes of it.';

CREATE FUNCTION crm.drift_add(internal, reference crm.model, features float8[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_drift_add_array';
COMMENT ON FUNCTION crm.drift_add(internal, crm.model, float8[]) IS 'Support of aggregate crm.drift.';

CREATE AGGREGATE crm.drift(reference crm.model, features float8[]) (
    SFUNC = crm.drift_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_drift,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.drift(crm.model, float8[]) IS
    'The same of arrays.';
