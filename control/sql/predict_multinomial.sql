-- Multinomial logistic regression: which of several labels

COMMENT ON AGGREGATE crm.fit_logistic(text, jsonb) IS
    'Multinomial logistic regression: which of some labels, from a jsonb object of features, as for a yes or no. Agresti (2013), Categorical Data Analysis, chapter 8.';
COMMENT ON AGGREGATE crm.fit_logistic(text, jsonb, jsonb) IS
    'The same with options: l2, max_iterations, reference_label, rare, levels, reference.';

CREATE FUNCTION crm.classify(
    model crm.model,
    features jsonb,
    OUT label text,
    OUT probability float8,
    OUT margin float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_classify_features';
COMMENT ON FUNCTION crm.classify(crm.model, jsonb) IS
    'The likeliest label, its probability (0 to 1) and margin, the logarithm of its odds against all others.';

CREATE FUNCTION crm.classify(
    model crm.model,
    features float8[],
    OUT label text,
    OUT probability float8,
    OUT margin float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_classify_array';
COMMENT ON FUNCTION crm.classify(crm.model, float8[]) IS
    'The same for features in an array, in the order of the fit.';

CREATE FUNCTION crm.classify_top(
    model crm.model,
    features jsonb,
    k int,
    OUT label text,
    OUT probability float8,
    OUT margin float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 3
    AS 'MODULE_PATHNAME', 'crm_classify_top_features';
COMMENT ON FUNCTION crm.classify_top(crm.model, jsonb, int) IS
    'The k likeliest labels, likeliest first.';

CREATE FUNCTION crm.classify_top(
    model crm.model,
    features float8[],
    k int,
    OUT label text,
    OUT probability float8,
    OUT margin float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 3
    AS 'MODULE_PATHNAME', 'crm_classify_top_array';
COMMENT ON FUNCTION crm.classify_top(crm.model, float8[], int) IS
    'The same for features in an array, in the order of the fit.';

CREATE FUNCTION crm.label_probabilities(
    model crm.model,
    features jsonb,
    OUT label text,
    OUT probability float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 4
    AS 'MODULE_PATHNAME', 'crm_label_probabilities';
COMMENT ON FUNCTION crm.label_probabilities(crm.model, jsonb) IS
    'All labels with their probabilities, which add up to 1, likeliest first.';

CREATE FUNCTION crm.label_probabilities(
    model crm.model,
    features float8[],
    OUT label text,
    OUT probability float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 4
    AS 'MODULE_PATHNAME', 'crm_label_probabilities_array';
COMMENT ON FUNCTION crm.label_probabilities(crm.model, float8[]) IS
    'The same for features in an array, in the order of the fit.';

CREATE FUNCTION crm.label_probability(model crm.model, features jsonb, label text) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_label_probability_features';
COMMENT ON FUNCTION crm.label_probability(crm.model, jsonb, text) IS
    'The probability of one label of the model, 0 to 1; an error when the model has no such label.';

CREATE FUNCTION crm.label_probability(model crm.model, features float8[], label text) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_label_probability_array';
COMMENT ON FUNCTION crm.label_probability(crm.model, float8[], text) IS
    'The same for features in an array, in the order of the fit.';

CREATE FUNCTION crm.explain(
    model crm.model,
    features jsonb,
    label text,
    OUT feature text,
    OUT value text,
    OUT contribution float8,
    OUT share float8,
    OUT direction text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 10
    AS 'MODULE_PATHNAME', 'crm_explain_label_features';
COMMENT ON FUNCTION crm.explain(crm.model, jsonb, text) IS
    'What speaks for this label and what against: the average row of the fit first (base), then what each feature adds to the label''s log-odds above the mean of all labels, largest first.';

CREATE FUNCTION crm.explain(
    model crm.model,
    features float8[],
    label text,
    OUT feature text,
    OUT value text,
    OUT contribution float8,
    OUT share float8,
    OUT direction text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 10
    AS 'MODULE_PATHNAME', 'crm_explain_label_array';
COMMENT ON FUNCTION crm.explain(crm.model, float8[], text) IS
    'The same for features in an array, in the order of the fit.';
