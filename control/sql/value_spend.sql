-- Spend models: fitting

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, customer crm.rfm) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, crm.rfm) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, customer crm.rfm, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_weight';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, crm.rfm, float8) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, frequency float8, monetary float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_columns';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, float8, float8) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, frequency float8, monetary float8, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_columns_weight';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, float8, float8, float8) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE AGGREGATE crm.fit_gamma_gamma(customer crm.rfm) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(crm.rfm) IS
    'Gamma-gamma model of the amount of a purchase, from the mean amounts of those who bought again. Fader, Hardie (2013), note 025.';

CREATE AGGREGATE crm.fit_gamma_gamma(customer crm.rfm, weight float8) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(crm.rfm, float8) IS 'Gamma-gamma, each row standing for `weight` equal customers.';

CREATE AGGREGATE crm.fit_gamma_gamma(frequency float8, monetary float8) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(float8, float8) IS 'Gamma-gamma from plain columns.';

CREATE AGGREGATE crm.fit_gamma_gamma(frequency float8, monetary float8, weight float8) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(float8, float8, float8) IS
    'Gamma-gamma from plain columns, each row standing for `weight` equal customers.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, customer crm.rfm, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_options';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, crm.rfm, jsonb) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE AGGREGATE crm.fit_gamma_gamma(customer crm.rfm, options jsonb) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(crm.rfm, jsonb) IS 'Gamma-gamma, with options.';

CREATE FUNCTION crm.fit_gamma_gamma_add(internal, customer crm.rfm, weight float8, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_gamma_gamma_add_weight_options';
COMMENT ON FUNCTION crm.fit_gamma_gamma_add(internal, crm.rfm, float8, jsonb) IS 'Support of aggregate crm.fit_gamma_gamma.';

CREATE AGGREGATE crm.fit_gamma_gamma(customer crm.rfm, weight float8, options jsonb) (
    SFUNC = crm.fit_gamma_gamma_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_gamma_gamma(crm.rfm, float8, jsonb) IS 'Gamma-gamma, with weights and options.';


-- Spend and lifetime value

CREATE FUNCTION crm.expected_spend(spend_model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_expected_spend';
COMMENT ON FUNCTION crm.expected_spend(crm.model, crm.rfm) IS
    'Expected amount of a future purchase: the customer''s own mean drawn towards that of all; NULL where the model has no finite mean.';

CREATE FUNCTION crm.expected_spend(spend_model crm.model, frequency float8, monetary float8) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_expected_spend_columns';
COMMENT ON FUNCTION crm.expected_spend(crm.model, float8, float8) IS
    'Expected amount of a future purchase, from plain columns; monetary is NULL for a customer without a repeat purchase.';

CREATE FUNCTION crm.expected_purchases(model crm.model, customer crm.rfm, horizon float8, discount_rate float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_discounted_purchases';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.rfm, float8, float8) IS
    'Expected purchases within the next `horizon` days, each counted with its discount at a continuous annual rate: crm.clv is this times crm.expected_spend.';

CREATE FUNCTION crm.expected_purchases(model crm.model, frequency float8, recency float8, age float8, horizon float8, discount_rate float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_discounted_purchases_columns';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8, float8, float8, float8, float8) IS
    'Expected purchases within the next `horizon` days, each counted with its discount at a continuous annual rate, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, customer crm.rfm, horizon interval, discount_rate float8) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, customer, crm.days(horizon), discount_rate);
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.rfm, interval, float8) IS
    'Expected purchases within the horizon, each counted with its discount at a continuous annual rate.';

CREATE FUNCTION crm.clv(model crm.model, spend_model crm.model, customer crm.rfm, horizon float8, discount_rate float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_clv';
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, crm.rfm, float8, float8) IS
    'Customer lifetime value: what the customer is expected to spend within the next `horizon` days, in today''s money. discount_rate is annual and continuous: money in t years counts exp(-discount_rate t).';

CREATE FUNCTION crm.clv(model crm.model, spend_model crm.model, customer crm.rfm, horizon interval, discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.clv(model, spend_model, customer, crm.days(horizon), discount_rate);
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, crm.rfm, interval, float8) IS
    'Customer lifetime value: what the customer is expected to spend within the horizon, in today''s money.';

CREATE FUNCTION crm.clv(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    horizon float8, discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.clv(model, spend_model, crm.rfm(frequency, recency, age, monetary), horizon, discount_rate);
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, float8, float8, float8, float8, float8, float8) IS
    'Customer lifetime value within the next `horizon` days, from plain columns; monetary is NULL for a customer without a repeat purchase.';

CREATE FUNCTION crm.clv(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    horizon interval, discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.clv(model, spend_model, crm.rfm(frequency, recency, age, monetary), crm.days(horizon), discount_rate);
COMMENT ON FUNCTION crm.clv(crm.model, crm.model, float8, float8, float8, float8, interval, float8) IS
    'Customer lifetime value within the horizon, from plain columns.';

CREATE FUNCTION crm.residual_clv(model crm.model, spend_model crm.model, customer crm.rfm, discount_rate float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50
    AS 'MODULE_PATHNAME', 'crm_residual_clv';
COMMENT ON FUNCTION crm.residual_clv(crm.model, crm.model, crm.rfm, float8) IS
    'Residual lifetime value: what the customer is expected to spend from now on for ever, in today''s money. discount_rate is annual, continuous and above 0.';

CREATE FUNCTION crm.residual_clv(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    discount_rate float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.residual_clv(model, spend_model, crm.rfm(frequency, recency, age, monetary), discount_rate);
COMMENT ON FUNCTION crm.residual_clv(crm.model, crm.model, float8, float8, float8, float8, float8) IS
    'Residual lifetime value, from plain columns; monetary is NULL for a customer without a repeat purchase.';

CREATE FUNCTION crm.clv_interval(
    model crm.model, spend_model crm.model, customer crm.rfm, horizon float8, discount_rate float8, level float8,
    OUT lower float8, OUT upper float8)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000
    AS 'MODULE_PATHNAME', 'crm_clv_interval';
COMMENT ON FUNCTION crm.clv_interval(crm.model, crm.model, crm.rfm, float8, float8, float8) IS
    'What the customer will spend within the horizon, in today''s money, lies between these with probability `level`, as much of the rest below as above; the horizon a number of days.';

CREATE FUNCTION crm.clv_interval(
    model crm.model, spend_model crm.model, customer crm.rfm, horizon interval, discount_rate float8, level float8,
    OUT lower float8, OUT upper float8)
    RETURNS record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT * FROM crm.clv_interval(model, spend_model, customer, crm.days(horizon), discount_rate, level);
    END;
COMMENT ON FUNCTION crm.clv_interval(crm.model, crm.model, crm.rfm, interval, float8, float8) IS
    'What the customer will spend within the horizon, in today''s money, lies between these with probability `level`, as much of the rest below as above; the horizon an interval.';

CREATE FUNCTION crm.clv_interval(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    horizon float8, discount_rate float8, level float8,
    OUT lower float8, OUT upper float8)
    RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT * FROM crm.clv_interval(
            model, spend_model, crm.rfm(frequency, recency, age, monetary), horizon, discount_rate, level);
    END;
COMMENT ON FUNCTION crm.clv_interval(crm.model, crm.model, float8, float8, float8, float8, float8, float8, float8) IS
    'What the customer will spend within the horizon, in today''s money, lies between these with probability `level`, as much of the rest below as above, from plain columns.';

CREATE FUNCTION crm.clv_interval(
    model crm.model, spend_model crm.model, frequency float8, recency float8, age float8, monetary float8,
    horizon interval, discount_rate float8, level float8,
    OUT lower float8, OUT upper float8)
    RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT * FROM crm.clv_interval(
            model, spend_model, crm.rfm(frequency, recency, age, monetary), crm.days(horizon), discount_rate, level);
    END;
COMMENT ON FUNCTION crm.clv_interval(crm.model, crm.model, float8, float8, float8, float8, interval, float8, float8) IS
    'What the customer will spend within the horizon, in today''s money, lies between these with probability `level`, as much of the rest below as above, from plain columns.';
