-- Lifetimes: how long customers stay. Durations are in any unit, the same in all rows; horizons and answers are in that unit

CREATE FUNCTION crm.fit_kaplan_meier_add(internal, duration float8, event boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_kaplan_meier_add';
COMMENT ON FUNCTION crm.fit_kaplan_meier_add(internal, float8, boolean) IS 'Support of aggregate crm.fit_kaplan_meier.';

CREATE AGGREGATE crm.fit_kaplan_meier(duration float8, event boolean) (
    SFUNC = crm.fit_kaplan_meier_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_kaplan_meier(float8, boolean) IS
    'How long customers stay, from one row a customer: how long it has been seen (0 or more), and whether it then left (true) or is still there (false). Rows with NULL are skipped. Kaplan, Meier (1958), JASA 53.';

CREATE FUNCTION crm.fit_kaplan_meier_add(internal, duration float8, event boolean, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_kaplan_meier_add_weight';
COMMENT ON FUNCTION crm.fit_kaplan_meier_add(internal, float8, boolean, float8) IS 'Support of aggregate crm.fit_kaplan_meier.';

CREATE AGGREGATE crm.fit_kaplan_meier(duration float8, event boolean, weight float8) (
    SFUNC = crm.fit_kaplan_meier_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_kaplan_meier(float8, boolean, float8) IS
    'The same with a weight: how many customers a row stands for.';

CREATE FUNCTION crm.fit_kaplan_meier_add(internal, entry float8, duration float8, event boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_kaplan_meier_add_entry';
COMMENT ON FUNCTION crm.fit_kaplan_meier_add(internal, float8, float8, boolean) IS 'Support of aggregate crm.fit_kaplan_meier.';

CREATE AGGREGATE crm.fit_kaplan_meier(entry float8, duration float8, event boolean) (
    SFUNC = crm.fit_kaplan_meier_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_kaplan_meier(float8, float8, boolean) IS
    'The same of customers who were already there when the observation began: entry is the age of the customer at that time, below duration, its age at the end. A customer counts as at risk after its entry only.';

CREATE FUNCTION crm.fit_kaplan_meier_add(internal, entry float8, duration float8, event boolean, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_kaplan_meier_add_entry_weight';
COMMENT ON FUNCTION crm.fit_kaplan_meier_add(internal, float8, float8, boolean, float8) IS 'Support of aggregate crm.fit_kaplan_meier.';

CREATE AGGREGATE crm.fit_kaplan_meier(entry float8, duration float8, event boolean, weight float8) (
    SFUNC = crm.fit_kaplan_meier_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_kaplan_meier(float8, float8, boolean, float8) IS
    'The same with entry and weight.';


-- The Cox model

CREATE FUNCTION crm.fit_cox_add(internal, duration float8, event boolean, features float8[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, boolean, float8[]) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(duration float8, event boolean, features float8[]) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, boolean, float8[]) IS
    'Which features make customers leave sooner: each multiplies the hazard by a ratio that does not change over time. One row a customer: how long it was seen, whether it then left, and its features, equally many in every row. Ties as Efron (1977). Cox (1972), JRSS B 34.';

CREATE FUNCTION crm.fit_cox_add(internal, duration float8, event boolean, features float8[], options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_options';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, boolean, float8[], jsonb) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(duration float8, event boolean, features float8[], options jsonb) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, boolean, float8[], jsonb) IS
    'The same with options: {"names": ["age", "sex"], "ties": "efron" or "breslow", "robust": false, "penalty": 0, "max_iterations": 200}. robust: sandwich errors, Lin, Wei (1989). penalty: the log-likelihood loses it times the sum of squares of the coefficients of the features brought to standard deviation 1.';

CREATE FUNCTION crm.fit_cox_add(internal, duration float8, event boolean, features float8[], weight float8, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_weight';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, boolean, float8[], float8, jsonb) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(duration float8, event boolean, features float8[], weight float8, options jsonb) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, boolean, float8[], float8, jsonb) IS
    'The same with a weight: how many customers a row stands for.';

CREATE FUNCTION crm.fit_cox_add(internal, duration float8, event boolean, stratum text, features float8[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_stratum';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, boolean, text, float8[]) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(duration float8, event boolean, stratum text, features float8[]) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, boolean, text, float8[]) IS
    'The same with a stratum: customers are compared within theirs, which has a hazard of its own, while ratios are the same in all.';

CREATE FUNCTION crm.fit_cox_add(internal, duration float8, event boolean, stratum text, features float8[], options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_stratum_options';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, boolean, text, float8[], jsonb) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(duration float8, event boolean, stratum text, features float8[], options jsonb) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, boolean, text, float8[], jsonb) IS
    'The same with a stratum and options.';

CREATE FUNCTION crm.fit_cox_add(internal, entry float8, duration float8, event boolean, features float8[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_entry';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, float8, boolean, float8[]) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(entry float8, duration float8, event boolean, features float8[]) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, float8, boolean, float8[]) IS
    'The same of customers who were already there when the observation began, entry being their age then: at risk after it only.';

CREATE FUNCTION crm.fit_cox_add(internal, entry float8, duration float8, event boolean, features float8[], options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_entry_options';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, float8, boolean, float8[], jsonb) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(entry float8, duration float8, event boolean, features float8[], options jsonb) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, float8, boolean, float8[], jsonb) IS
    'The same with entry and options.';

CREATE FUNCTION crm.fit_cox_add(internal, entry float8, duration float8, event boolean, stratum text, features float8[], weight float8, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_all';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, float8, boolean, text, float8[], float8, jsonb) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(entry float8, duration float8, event boolean, stratum text, features float8[], weight float8, options jsonb) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, float8, boolean, text, float8[], float8, jsonb) IS
    'The same with everything; a NULL entry means seen from the start, a NULL stratum the nameless one.';

CREATE FUNCTION crm.fit_cox_add(internal, entry float8, duration float8, event boolean, stratum text, features jsonb, weight float8, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_cox_add_named_all';
COMMENT ON FUNCTION crm.fit_cox_add(internal, float8, float8, boolean, text, jsonb, float8, jsonb) IS 'Support of aggregate crm.fit_cox.';

CREATE AGGREGATE crm.fit_cox(entry float8, duration float8, event boolean, stratum text, features jsonb, weight float8, options jsonb) (
    SFUNC = crm.fit_cox_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_cox(float8, float8, boolean, text, jsonb, float8, jsonb) IS
    'The same of features in a jsonb object.';


-- Comments on accelerated failure times; predict_fit_lifetime.sql.in makes the aggregates of each

COMMENT ON AGGREGATE crm.fit_weibull(float8, boolean) IS
    'Lifetimes of Weibull distribution: the hazard rises or falls as a power of time. One row a customer: how long it was seen (above 0), and whether it then left. Parameters are those of R''s survreg. Kalbfleisch, Prentice (2002), chapter 3.';

COMMENT ON AGGREGATE crm.fit_exponential(float8, boolean) IS
    'Lifetimes of exponential distribution: the hazard does not change over time. One row a customer: how long it was seen (above 0), and whether it then left. Parameters are those of R''s survreg. Kalbfleisch, Prentice (2002), chapter 3.';

COMMENT ON AGGREGATE crm.fit_lognormal(float8, boolean) IS
    'Lifetimes of log-normal distribution: the hazard rises and falls again. One row a customer: how long it was seen (above 0), and whether it then left. Parameters are those of R''s survreg. Kalbfleisch, Prentice (2002), chapter 3.';

COMMENT ON AGGREGATE crm.fit_loglogistic(float8, boolean) IS
    'Lifetimes of log-logistic distribution: the hazard falls, or rises and falls again. One row a customer: how long it was seen (above 0), and whether it then left. Parameters are those of R''s survreg. Kalbfleisch, Prentice (2002), chapter 3.';


-- Asking a model of lifetimes. What the data do not tell is NULL

CREATE FUNCTION crm.survival_curve(
    model crm.model, scale text DEFAULT 'log', level float8 DEFAULT 0.95,
    OUT "time" float8,
    OUT at_risk float8,
    OUT events float8,
    OUT censored float8,
    OUT survival float8,
    OUT std_error float8,
    OUT lower float8,
    OUT upper float8,
    OUT cumulative_hazard float8,
    OUT hazard_std_error float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 100
    AS 'MODULE_PATHNAME', 'crm_survival_curve_observed';
COMMENT ON FUNCTION crm.survival_curve(crm.model, text, float8) IS
    'A Kaplan-Meier curve, a row for each time at which somebody left or was seen last: customers at risk right before, those who left and those seen last then, the share that stays longer with Greenwood''s error, its interval at the level, symmetric on the scale log (as R), log-log or plain, and the Nelson-Aalen cumulative hazard. Beyond 4096 times neighbours are put together; survival is then off by less than 1/2000 between the rows.';

CREATE FUNCTION crm.survival_curve(
    model crm.model, features float8[], stratum text DEFAULT NULL,
    OUT "time" float8,
    OUT survival float8,
    OUT cumulative_hazard float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200 ROWS 100
    AS 'MODULE_PATHNAME', 'crm_survival_curve_predicted';
COMMENT ON FUNCTION crm.survival_curve(crm.model, float8[], text) IS
    'The curve that a Cox model predicts for a customer of these features, a row for each time at which somebody left. A model with strata needs the stratum.';

CREATE FUNCTION crm.survival_curve(
    model crm.model, features jsonb, stratum text DEFAULT NULL,
    OUT "time" float8,
    OUT survival float8,
    OUT cumulative_hazard float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200 ROWS 100
    AS 'MODULE_PATHNAME', 'crm_survival_curve_named';
COMMENT ON FUNCTION crm.survival_curve(crm.model, jsonb, text) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.survival(model crm.model, "time" float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_survival_at';
COMMENT ON FUNCTION crm.survival(crm.model, float8) IS
    'Probability of staying longer than this, of a model of lifetimes without features. NULL beyond the longest duration seen where the model assumes no shape.';

CREATE FUNCTION crm.survival(model crm.model, features float8[], "time" float8, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_survival_at_features';
COMMENT ON FUNCTION crm.survival(crm.model, float8[], float8, text) IS
    'Probability that a customer of these features stays longer than this. A model with strata needs the stratum. NULL beyond the longest duration seen where the model assumes no shape.';

CREATE FUNCTION crm.survival(model crm.model, features jsonb, "time" float8, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_survival_at_named';
COMMENT ON FUNCTION crm.survival(crm.model, jsonb, float8, text) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.median_lifetime(
    model crm.model,
    OUT median float8,
    OUT lower float8,
    OUT upper float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_median_lifetime';
COMMENT ON FUNCTION crm.median_lifetime(crm.model) IS
    'The time by which half of the customers have left, with a 95 % interval: Brookmeyer, Crowley (1982) on the log scale for a Kaplan-Meier curve, as R prints it. NULL where a curve does not fall that far.';

CREATE FUNCTION crm.median_lifetime(model crm.model, features float8[], stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_median_lifetime_features';
COMMENT ON FUNCTION crm.median_lifetime(crm.model, float8[], text) IS
    'The time by which half of the customers of these features have left; NULL where the curve does not fall that far.';

CREATE FUNCTION crm.median_lifetime(model crm.model, features jsonb, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_median_lifetime_named';
COMMENT ON FUNCTION crm.median_lifetime(crm.model, jsonb, text) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.restricted_mean(
    model crm.model, horizon float8,
    OUT mean float8,
    OUT std_error float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_restricted_mean';
COMMENT ON FUNCTION crm.restricted_mean(crm.model, float8) IS
    'Mean lifetime within the horizon: the area below the survival curve from 0 to it, with its error for a Kaplan-Meier curve. NULL beyond the longest duration seen where the model assumes no shape.';

CREATE FUNCTION crm.restricted_mean(model crm.model, features float8[], horizon float8, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_restricted_mean_features';
COMMENT ON FUNCTION crm.restricted_mean(crm.model, float8[], float8, text) IS
    'Mean lifetime within the horizon of a customer of these features.';

CREATE FUNCTION crm.restricted_mean(model crm.model, features jsonb, horizon float8, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_restricted_mean_named';
COMMENT ON FUNCTION crm.restricted_mean(crm.model, jsonb, float8, text) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.churn_probability(model crm.model, elapsed float8, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_churn_probability_lifetime';
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8) IS
    'Probability that a customer who has stayed for `elapsed` leaves within the next `horizon`, in the unit of the durations. NULL beyond the longest duration seen where the model assumes no shape.';

CREATE FUNCTION crm.churn_probability(model crm.model, features float8[], elapsed float8, horizon float8, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_churn_probability_features';
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8[], float8, float8, text) IS
    'Probability that a customer of these features who has stayed for `elapsed` leaves within the next `horizon`, in the unit of the durations.';

CREATE FUNCTION crm.churn_probability(model crm.model, features jsonb, elapsed float8, horizon float8, stratum text DEFAULT NULL) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_churn_probability_named';
COMMENT ON FUNCTION crm.churn_probability(crm.model, jsonb, float8, float8, text) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.churn_probability(model crm.model, elapsed float8, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.churn_probability(model, elapsed, crm.days(horizon));
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, interval) IS
    'The same of a model fitted to durations in days, the horizon an interval.';

CREATE FUNCTION crm.churn_probability(model crm.model, features float8[], elapsed float8, horizon interval, stratum text DEFAULT NULL)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.churn_probability(model, features, elapsed, crm.days(horizon), stratum);
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8[], float8, interval, text) IS
    'The same of a model fitted to durations in days, the horizon an interval.';

CREATE FUNCTION crm.churn_probability(model crm.model, features jsonb, elapsed float8, horizon interval, stratum text DEFAULT NULL)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.churn_probability(model, features, elapsed, crm.days(horizon), stratum);
COMMENT ON FUNCTION crm.churn_probability(crm.model, jsonb, float8, interval, text) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.relative_risk(model crm.model, features float8[]) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_relative_risk';
COMMENT ON FUNCTION crm.relative_risk(crm.model, float8[]) IS
    'Hazard of a customer of these features, against that of one whose features are the averages of the rows fitted: above 1, it leaves sooner.';

CREATE FUNCTION crm.relative_risk(model crm.model, features jsonb) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_relative_risk_named';
COMMENT ON FUNCTION crm.relative_risk(crm.model, jsonb) IS
    'The same for features in a jsonb object, of a model fitted to such.';

CREATE FUNCTION crm.hazard_ratios(
    model crm.model,
    OUT name text,
    OUT hazard_ratio float8,
    OUT lower float8,
    OUT upper float8,
    OUT z float8,
    OUT p_value float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 5
    AS 'MODULE_PATHNAME', 'crm_hazard_ratios';
COMMENT ON FUNCTION crm.hazard_ratios(crm.model) IS
    'What one unit more of a feature multiplies the hazard by in a Cox model, with its 95 % interval and Wald test.';

CREATE FUNCTION crm.time_ratios(
    model crm.model,
    OUT name text,
    OUT time_ratio float8,
    OUT lower float8,
    OUT upper float8,
    OUT z float8,
    OUT p_value float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 5
    AS 'MODULE_PATHNAME', 'crm_time_ratios';
COMMENT ON FUNCTION crm.time_ratios(crm.model) IS
    'What one unit more of a feature multiplies the lifetime by in a model of accelerated failure, with its 95 % interval and Wald test.';

CREATE FUNCTION crm.cox_tests(
    model crm.model,
    OUT test text,
    OUT statistic float8,
    OUT degrees_of_freedom int,
    OUT p_value float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 3
    AS 'MODULE_PATHNAME', 'crm_cox_tests';
COMMENT ON FUNCTION crm.cox_tests(crm.model) IS
    'Do the features of a Cox model tell anything at all? Likelihood ratio, Wald (with robust errors where the fit has them) and score test.';

CREATE FUNCTION crm.proportional_hazards_test(
    model crm.model,
    OUT name text,
    OUT statistic float8,
    OUT degrees_of_freedom int,
    OUT p_value float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 5
    AS 'MODULE_PATHNAME', 'crm_proportional_hazards_test';
COMMENT ON FUNCTION crm.proportional_hazards_test(crm.model) IS
    'Does a feature''s hazard ratio stay the same over time? A row for each feature and one for all; a small p-value says no. Score test with time on the Kaplan-Meier scale, as R''s cox.zph: Grambsch, Therneau (1994).';


-- How well a risk foretells who leaves first

CREATE TYPE crm.concordance_estimate AS (
    concordance float8,
    std_error float8,
    concordant float8,
    discordant float8,
    tied float8
);
COMMENT ON TYPE crm.concordance_estimate IS 'How often the customer of higher risk left first.';
COMMENT ON COLUMN crm.concordance_estimate.concordance IS 'Share of the pairs of which it is known who left first in which that was the one of higher risk, equal risks counting one half: 0.5 is chance. NULL without such pairs.';
COMMENT ON COLUMN crm.concordance_estimate.std_error IS 'By the infinitesimal jackknife.';
COMMENT ON COLUMN crm.concordance_estimate.concordant IS 'Pairs in which the one of higher risk left first.';
COMMENT ON COLUMN crm.concordance_estimate.discordant IS 'Pairs in which the one of lower risk left first.';
COMMENT ON COLUMN crm.concordance_estimate.tied IS 'Pairs of equal risk.';

CREATE FUNCTION crm.finish_concordance(internal) RETURNS crm.concordance_estimate
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_concordance(internal) IS 'Support of aggregate crm.concordance.';

CREATE FUNCTION crm.concordance_add(internal, duration float8, event boolean, risk float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_concordance_add';
COMMENT ON FUNCTION crm.concordance_add(internal, float8, boolean, float8) IS 'Support of aggregate crm.concordance.';

CREATE AGGREGATE crm.concordance(duration float8, event boolean, risk float8) (
    SFUNC = crm.concordance_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_concordance,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.concordance(float8, boolean, float8) IS
    'Harrell''s concordance of any risk with who left first, one row a customer: how long it was seen, whether it then left, and the risk, higher for who should leave sooner. Harrell, Califf, Pryor, Lee, Rosati (1982), JAMA 247.';

CREATE FUNCTION crm.concordance(model crm.model) RETURNS crm.concordance_estimate
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_concordance_model';
COMMENT ON FUNCTION crm.concordance(crm.model) IS
    'Harrell''s concordance of a Cox model with the rows it was fitted to, within strata.';


-- Do groups stay equally long?

CREATE TYPE crm.logrank_group AS (
    grp text,
    customers bigint,
    observed float8,
    expected float8,
    excess_over_expected float8,
    excess_over_variance float8,
    chi_squared float8,
    degrees_of_freedom int,
    p_value float8
);
COMMENT ON TYPE crm.logrank_group IS 'One group of a log-rank test, with the test of all groups.';
COMMENT ON COLUMN crm.logrank_group.grp IS 'The group.';
COMMENT ON COLUMN crm.logrank_group.customers IS 'Rows of the group.';
COMMENT ON COLUMN crm.logrank_group.observed IS 'Events, weighted where rho is not 0.';
COMMENT ON COLUMN crm.logrank_group.expected IS 'Events that would be expected if all groups were alike, weighted so.';
COMMENT ON COLUMN crm.logrank_group.excess_over_expected IS '(observed - expected)^2 / expected.';
COMMENT ON COLUMN crm.logrank_group.excess_over_variance IS '(observed - expected)^2 / its variance.';
COMMENT ON COLUMN crm.logrank_group.chi_squared IS 'Statistic of the test of all groups, the same in every row; NULL when fewer than two were at risk.';
COMMENT ON COLUMN crm.logrank_group.degrees_of_freedom IS 'Groups at risk less one.';
COMMENT ON COLUMN crm.logrank_group.p_value IS 'Probability of so large a statistic if all groups stay equally long.';

CREATE FUNCTION crm.finish_logrank(internal) RETURNS crm.logrank_group[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_logrank(internal) IS 'Support of aggregate crm.logrank.';

CREATE FUNCTION crm.logrank_add(internal, grp text, duration float8, event boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_logrank_add';
COMMENT ON FUNCTION crm.logrank_add(internal, text, float8, boolean) IS 'Support of aggregate crm.logrank.';

CREATE AGGREGATE crm.logrank(grp text, duration float8, event boolean) (
    SFUNC = crm.logrank_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_logrank,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.logrank(text, float8, boolean) IS
    'Log-rank test: do groups of customers stay equally long? One row a customer; gives a row for each group, for unnest(). Mantel (1966), Peto, Peto (1972). At most 256 groups.';

CREATE FUNCTION crm.logrank_add(internal, grp text, duration float8, event boolean, rho float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_logrank_add_rho';
COMMENT ON FUNCTION crm.logrank_add(internal, text, float8, boolean, float8) IS 'Support of aggregate crm.logrank.';

CREATE AGGREGATE crm.logrank(grp text, duration float8, event boolean, rho float8) (
    SFUNC = crm.logrank_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_logrank,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.logrank(text, float8, boolean, float8) IS
    'The same with events weighted by S^rho, S being the share that had stayed until then: 0 is the log-rank test, 1 Peto and Peto''s, which gives weight to early differences. Fleming, Harrington (1982).';

CREATE FUNCTION crm.logrank_add(internal, grp text, duration float8, event boolean, stratum text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_logrank_add_stratum';
COMMENT ON FUNCTION crm.logrank_add(internal, text, float8, boolean, text) IS 'Support of aggregate crm.logrank.';

CREATE AGGREGATE crm.logrank(grp text, duration float8, event boolean, stratum text) (
    SFUNC = crm.logrank_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_logrank,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.logrank(text, float8, boolean, text) IS
    'The same within strata: groups are compared inside each, and the sums added.';

CREATE FUNCTION crm.logrank_add(internal, grp text, duration float8, event boolean, stratum text, rho float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_logrank_add_stratum_rho';
COMMENT ON FUNCTION crm.logrank_add(internal, text, float8, boolean, text, float8) IS 'Support of aggregate crm.logrank.';

CREATE AGGREGATE crm.logrank(grp text, duration float8, event boolean, stratum text, rho float8) (
    SFUNC = crm.logrank_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_logrank,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.logrank(text, float8, boolean, text, float8) IS
    'The same within strata and weighted.';
