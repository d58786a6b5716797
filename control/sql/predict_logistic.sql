-- Logistic regression, and what every model that predicts from features can be asked

COMMENT ON AGGREGATE crm.fit_logistic(boolean, jsonb) IS
    'Logistic regression of a yes or no on a jsonb object of features: numbers as they are, texts and truth values by level, objects within it by dotted names. Rows with a NULL outcome or features are skipped. McCullagh, Nelder (1989), chapter 4.';
COMMENT ON AGGREGATE crm.fit_logistic(boolean, jsonb, jsonb) IS
    'The same with options: l1, l2, penalty ("auto" or "none"), mixing, folds, seed, max_iterations, rare, levels, reference.';


-- Predicting

CREATE FUNCTION crm.predict(model crm.model, features jsonb) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_predict';
COMMENT ON FUNCTION crm.predict(crm.model, jsonb) IS
    'What the model predicts for these features: of a logistic model the probability that the outcome is true. Names that the model does not know are passed over; those it misses are missing values. NULL when the fit failed.';

CREATE FUNCTION crm.predict(model crm.model, features float8[]) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_predict_array';
COMMENT ON FUNCTION crm.predict(crm.model, float8[]) IS
    'What the model predicts for these features, in the order of the fit: of a logistic model the probability that the outcome is true. NULL elements are missing values. NULL when the fit failed.';


-- Reasons

CREATE FUNCTION crm.explain(
    model crm.model,
    features jsonb,
    OUT feature text,
    OUT value text,
    OUT contribution float8,
    OUT share float8,
    OUT direction text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10 COST 10
    AS 'MODULE_PATHNAME', 'crm_explain_features';
COMMENT ON FUNCTION crm.explain(crm.model, jsonb) IS
    'Why the model predicts what it does: the average row of the fit first ("base"), then what each feature adds, largest first. Of a logistic model contributions are log-odds and sum to those of the prediction; share is of the magnitudes of all; direction is raises, lowers or neither.';

CREATE FUNCTION crm.why(model crm.model, features jsonb, template text DEFAULT '{probability}: {reasons}; {change}.') RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_why_features';
COMMENT ON FUNCTION crm.why(crm.model, jsonb, text) IS
    'The prediction in a sentence: the three reasons that weigh most, in points of probability, and the one other value that would change it most. In the template {probability}, {reasons} and {change} are replaced.';

CREATE FUNCTION crm.explain(
    model crm.model,
    features float8[],
    OUT feature text,
    OUT value text,
    OUT contribution float8,
    OUT share float8,
    OUT direction text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10 COST 10
    AS 'MODULE_PATHNAME', 'crm_explain_array';
COMMENT ON FUNCTION crm.explain(crm.model, float8[]) IS
    'Why the model predicts what it does: the average row of the fit first ("base"), then what each feature adds, largest first. Of a logistic model contributions are log-odds and sum to those of the prediction; share is of the magnitudes of all; direction is raises, lowers or neither.';

CREATE FUNCTION crm.why(model crm.model, features float8[], template text DEFAULT '{probability}: {reasons}; {change}.') RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_why_array';
COMMENT ON FUNCTION crm.why(crm.model, float8[], text) IS
    'The prediction in a sentence: the three reasons that weigh most, in points of probability, and the one other value that would change it most. In the template {probability}, {reasons} and {change} are replaced.';

CREATE FUNCTION crm.importance(
    model crm.model,
    OUT rank int,
    OUT feature text,
    OUT contribution float8,
    OUT share float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10
    AS 'MODULE_PATHNAME', 'crm_importance';
COMMENT ON FUNCTION crm.importance(crm.model) IS
    'How much each feature moves the predictions: the mean magnitude of its contribution (see crm.explain) over the rows of the fit, and its share of the sum. No rows for a model made from known parameters.';

CREATE FUNCTION crm.odds_ratios(
    model crm.model,
    OUT name text,
    OUT odds_ratio float8,
    OUT lower float8,
    OUT upper float8,
    OUT p_value float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10
    AS 'MODULE_PATHNAME', 'crm_odds_ratios';
COMMENT ON FUNCTION crm.odds_ratios(crm.model) IS
    'By what factor the odds change for one unit more of a number, or for a level instead of the reference, of several labels those of each against the reference, with the 95 % interval and p-value of Wald; NULLs where the fit gives none.';
