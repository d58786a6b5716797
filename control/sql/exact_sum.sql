-- Sums that do not depend on the order of rows

CREATE FUNCTION crm.exact_sum_add(internal, value float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_exact_sum_add';
COMMENT ON FUNCTION crm.exact_sum_add(internal, float8) IS 'Support of aggregate crm.exact_sum.';

CREATE FUNCTION crm.finish_exact_sum(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_exact_sum(internal) IS 'Support of aggregate crm.exact_sum: the sum.';

CREATE AGGREGATE crm.exact_sum(value float8) (
    SFUNC = crm.exact_sum_add, STYPE = internal, SSPACE = 640, FINALFUNC = crm.finish_exact_sum,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.exact_sum(float8) IS
    'Sum of all values that are not NULL, rounded once, at its end: unlike sum(float8), the same to the last bit in whatever order, and by however many workers, rows are read (Kulisch & Miranker 1981).';
