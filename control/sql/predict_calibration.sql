-- Probabilities made to mean what they say

CREATE FUNCTION crm.fit_calibration_add(internal, outcome boolean, probability float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_calibration_add';
COMMENT ON FUNCTION crm.fit_calibration_add(internal, boolean, float8) IS 'Support of aggregate crm.fit_calibration.';

CREATE AGGREGATE crm.fit_calibration(outcome boolean, probability float8) (
    SFUNC = crm.fit_calibration_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_calibration(boolean, float8) IS
    'What a model''s probabilities are worth, learnt from rows that the model has not seen: for crm.calibrate. By Platt''s line, or, of 1000 rows and more, by isotonic regression where that has the lower AIC. Rows with a NULL are skipped. Platt (1999); Lin, Lin, Weng (2007); Zadrozny, Elkan (2002).';

CREATE FUNCTION crm.fit_calibration_add(internal, outcome boolean, probability float8, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_calibration_add_options';
COMMENT ON FUNCTION crm.fit_calibration_add(internal, boolean, float8, jsonb) IS 'Support of aggregate crm.fit_calibration.';

CREATE AGGREGATE crm.fit_calibration(outcome boolean, probability float8, options jsonb) (
    SFUNC = crm.fit_calibration_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_calibration(boolean, float8, jsonb) IS
    'The same with options: {"method": "platt"}, "isotonic" or "auto".';

CREATE FUNCTION crm.calibrate(model crm.model, probability float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_calibrate';
COMMENT ON FUNCTION crm.calibrate(crm.model, float8) IS
    'The probability that is meant, from the one that was said: model is of crm.fit_calibration, probability that of the model it was fitted for.';
