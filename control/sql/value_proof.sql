-- Proving a purchase model on the past. Reports with rows are aggregates that give an array of them:
--   SELECT t.* FROM (SELECT crm.tracking(model, t, date '2026-06-30') AS rows FROM histories, fitted) AS x, unnest(rows) AS t;

-- Forecast against outcome

CREATE TYPE crm.purchase_evaluation AS (
    customers bigint,
    actual float8,
    expected float8,
    bias float8,
    mae float8,
    rmse float8,
    top_decile_capture float8
);
COMMENT ON TYPE crm.purchase_evaluation IS 'How well expected purchases agree with what customers then did.';
COMMENT ON COLUMN crm.purchase_evaluation.customers IS 'Number of customers.';
COMMENT ON COLUMN crm.purchase_evaluation.actual IS 'Their purchases.';
COMMENT ON COLUMN crm.purchase_evaluation.expected IS 'Their expected purchases.';
COMMENT ON COLUMN crm.purchase_evaluation.bias IS 'expected / actual - 1; NULL when nobody bought.';
COMMENT ON COLUMN crm.purchase_evaluation.mae IS 'Mean absolute error of a customer''s expectation.';
COMMENT ON COLUMN crm.purchase_evaluation.rmse IS 'Root of the mean squared error.';
COMMENT ON COLUMN crm.purchase_evaluation.top_decile_capture IS 'Share of the purchases that the tenth of the customers with the highest expectations made; where equal expectations lie across its edge, at their mean. NULL when nobody bought.';

CREATE FUNCTION crm.evaluate_purchases_add(internal, expected float8, actual float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_evaluate_purchases_add';
COMMENT ON FUNCTION crm.evaluate_purchases_add(internal, float8, float8) IS 'Support of aggregate crm.evaluate_purchases.';

CREATE FUNCTION crm.evaluate_purchases_add(internal, model crm.model, history crm.timeline, split date, until date) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_evaluate_purchases_add_history';
COMMENT ON FUNCTION crm.evaluate_purchases_add(internal, crm.model, crm.timeline, date, date) IS 'Support of aggregate crm.evaluate_purchases.';

CREATE FUNCTION crm.finish_evaluate_purchases(internal) RETURNS crm.purchase_evaluation
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_evaluate_purchases(internal) IS 'Support of aggregates: one row of figures.';

CREATE AGGREGATE crm.evaluate_purchases(expected float8, actual float8) (
    SFUNC = crm.evaluate_purchases_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_evaluate_purchases,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.evaluate_purchases(float8, float8) IS
    'Errors of a forecast, from each customer''s expected and actual purchases. With GROUP BY (r).frequency it is the calibration by past frequency.';

CREATE AGGREGATE crm.evaluate_purchases(model crm.model, history crm.timeline, split date, until date) (
    SFUNC = crm.evaluate_purchases_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_evaluate_purchases,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.evaluate_purchases(crm.model, crm.timeline, date, date) IS
    'Errors of a model''s forecast at `split` for the purchases since, up to and including `until`, from whole histories. Who first bought after split is skipped. Pass a model that was fitted to what was known at split: crm.fit_bg_nbd(crm.rfm(t, split)).';


-- Tracking

CREATE TYPE crm.tracking AS (
    period int,
    until date,
    actual bigint,
    expected float8,
    cumulative_actual bigint,
    cumulative_expected float8
);
COMMENT ON TYPE crm.tracking IS 'Repeat purchases of all customers in one period, and what a model expects of them as new customers.';
COMMENT ON COLUMN crm.tracking.period IS 'Number of the period, from 1: the one in which the first customer came.';
COMMENT ON COLUMN crm.tracking.until IS 'Its last day.';
COMMENT ON COLUMN crm.tracking.actual IS 'Repeat purchases in it.';
COMMENT ON COLUMN crm.tracking.expected IS 'Those that the model expects of customers of whom it knows nothing but the day of their first purchase.';
COMMENT ON COLUMN crm.tracking.cumulative_actual IS 'Repeat purchases up to its end.';
COMMENT ON COLUMN crm.tracking.cumulative_expected IS 'Expected ones up to its end.';

CREATE FUNCTION crm.tracking_add(internal, model crm.model, history crm.timeline, as_of date) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_tracking_add';
COMMENT ON FUNCTION crm.tracking_add(internal, crm.model, crm.timeline, date) IS 'Support of aggregate crm.tracking.';

CREATE FUNCTION crm.tracking_add(internal, model crm.model, history crm.timeline, as_of date, step int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_tracking_add_days';
COMMENT ON FUNCTION crm.tracking_add(internal, crm.model, crm.timeline, date, int) IS 'Support of aggregate crm.tracking.';

CREATE FUNCTION crm.tracking_add(internal, model crm.model, history crm.timeline, as_of date, step interval) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_tracking_add_interval';
COMMENT ON FUNCTION crm.tracking_add(internal, crm.model, crm.timeline, date, interval) IS 'Support of aggregate crm.tracking.';

CREATE FUNCTION crm.finish_tracking(internal) RETURNS crm.tracking[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_tracking(internal) IS 'Support of aggregates: the rows of a tracking.';

CREATE AGGREGATE crm.tracking(model crm.model, history crm.timeline, as_of date) (
    SFUNC = crm.tracking_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_tracking,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.tracking(crm.model, crm.timeline, date) IS
    'Repeat purchases week by week, against those that the model expects, from one timeline a customer. Weeks end at as_of and every 7 days before it; later purchases are not seen. The model is the same in all rows of a group.';

CREATE AGGREGATE crm.tracking(model crm.model, history crm.timeline, as_of date, step int) (
    SFUNC = crm.tracking_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_tracking,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.tracking(crm.model, crm.timeline, date, int) IS
    'The same by periods of `step` days.';

CREATE AGGREGATE crm.tracking(model crm.model, history crm.timeline, as_of date, step interval) (
    SFUNC = crm.tracking_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_tracking,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.tracking(crm.model, crm.timeline, date, interval) IS
    'The same by periods of an interval of whole days.';


-- Frequencies

CREATE TYPE crm.frequency_fit AS (
    purchases int,
    or_more boolean,
    actual bigint,
    expected float8
);
COMMENT ON TYPE crm.frequency_fit IS 'How many customers made a number of repeat purchases, and how many a model expects to.';
COMMENT ON COLUMN crm.frequency_fit.purchases IS 'Number of repeat purchases.';
COMMENT ON COLUMN crm.frequency_fit.or_more IS 'True for the last row: that many, or more.';
COMMENT ON COLUMN crm.frequency_fit.actual IS 'Customers who made them.';
COMMENT ON COLUMN crm.frequency_fit.expected IS 'Customers whom the model expects to, given nothing but their ages.';

CREATE FUNCTION crm.frequency_fit_add(internal, model crm.model, customer crm.rfm) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_frequency_fit_add';
COMMENT ON FUNCTION crm.frequency_fit_add(internal, crm.model, crm.rfm) IS 'Support of aggregate crm.frequency_fit.';

CREATE FUNCTION crm.frequency_fit_add(internal, model crm.model, customer crm.rfm, classes int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_frequency_fit_add_classes';
COMMENT ON FUNCTION crm.frequency_fit_add(internal, crm.model, crm.rfm, int) IS 'Support of aggregate crm.frequency_fit.';

CREATE FUNCTION crm.finish_frequency_fit(internal) RETURNS crm.frequency_fit[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_frequency_fit(internal) IS 'Support of aggregates: the rows of a frequency fit.';

CREATE AGGREGATE crm.frequency_fit(model crm.model, customer crm.rfm) (
    SFUNC = crm.frequency_fit_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_frequency_fit,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.frequency_fit(crm.model, crm.rfm) IS
    'Customers with 0, 1, ..., 6, and 7 or more repeat purchases, against those that the model expects given their ages. The model is the same in all rows of a group.';

CREATE AGGREGATE crm.frequency_fit(model crm.model, customer crm.rfm, classes int) (
    SFUNC = crm.frequency_fit_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_frequency_fit,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.frequency_fit(crm.model, crm.rfm, int) IS
    'The same with this many classes, the last one open: 2 to 1000.';
