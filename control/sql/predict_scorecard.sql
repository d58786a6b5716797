-- Scorecards: a logistic regression as a table of points

COMMENT ON AGGREGATE crm.fit_scorecard(boolean, jsonb) IS
    'A scorecard: values of each feature in a few bins, each bin with whole points that rise with the odds of the outcome; 600 points are odds of 50 to 1, and 20 more double them. Logistic regression on weights of evidence. Siddiqi (2006), Credit Risk Scorecards, chapter 6.';
COMMENT ON AGGREGATE crm.fit_scorecard(boolean, jsonb, jsonb) IS
    'The same with options: base_points, base_odds, points_to_double_odds, bins, least_share, binning ("outcome" or "quantile"), monotone (true, or names of features), l2, max_iterations, rare, levels.';

CREATE FUNCTION crm.points(
    model crm.model,
    OUT feature text,
    OUT bin text,
    OUT lower float8,
    OUT upper float8,
    OUT points int,
    OUT share float8,
    OUT rate float8,
    OUT weight_of_evidence float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 30
    AS 'MODULE_PATHNAME', 'crm_points';
COMMENT ON FUNCTION crm.points(crm.model) IS
    'The scorecard as a table: the base that everybody starts with, then the points of each bin of each feature, with the bounds of numbers (lower <= value < upper), the share of the rows of the fit, and the rate of the outcome among them.';

CREATE FUNCTION crm.points(
    model crm.model,
    features jsonb,
    OUT feature text,
    OUT bin text,
    OUT lower float8,
    OUT upper float8,
    OUT points int,
    OUT share float8,
    OUT rate float8,
    OUT weight_of_evidence float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 10
    AS 'MODULE_PATHNAME', 'crm_points_features';
COMMENT ON FUNCTION crm.points(crm.model, jsonb) IS
    'The base and the bins that these features are in: their points add up to crm.total_points. A value that tells nothing, as a level never seen, gives none.';

CREATE FUNCTION crm.points(
    model crm.model,
    features float8[],
    OUT feature text,
    OUT bin text,
    OUT lower float8,
    OUT upper float8,
    OUT points int,
    OUT share float8,
    OUT rate float8,
    OUT weight_of_evidence float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 10
    AS 'MODULE_PATHNAME', 'crm_points_array';
COMMENT ON FUNCTION crm.points(crm.model, float8[]) IS
    'The same for features in an array, in the order of the fit.';

CREATE FUNCTION crm.total_points(model crm.model, features jsonb) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_total_points';
COMMENT ON FUNCTION crm.total_points(crm.model, jsonb) IS
    'The points of these features, the base with them: the more, the likelier the outcome. crm.predict says how likely.';

CREATE FUNCTION crm.total_points(model crm.model, features float8[]) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_total_points_array';
COMMENT ON FUNCTION crm.total_points(crm.model, float8[]) IS
    'The same for features in an array, in the order of the fit.';
