\echo Use "CREATE EXTENSION pg_crm_probe" to load this file. \quit

CREATE FUNCTION probe.bool(boolean) RETURNS boolean LANGUAGE c AS 'MODULE_PATHNAME', 'probe_bool';
CREATE FUNCTION probe.int2(smallint) RETURNS smallint LANGUAGE c AS 'MODULE_PATHNAME', 'probe_int2';
CREATE FUNCTION probe.int4(int) RETURNS int LANGUAGE c AS 'MODULE_PATHNAME', 'probe_int4';
CREATE FUNCTION probe.int8(bigint) RETURNS bigint LANGUAGE c AS 'MODULE_PATHNAME', 'probe_int8';
CREATE FUNCTION probe.float8(float8) RETURNS float8 LANGUAGE c AS 'MODULE_PATHNAME', 'probe_float8';
CREATE FUNCTION probe.text(text) RETURNS text LANGUAGE c AS 'MODULE_PATHNAME', 'probe_text';
CREATE FUNCTION probe.date(date) RETURNS date LANGUAGE c AS 'MODULE_PATHNAME', 'probe_date';
CREATE FUNCTION probe.day_of(timestamp) RETURNS date LANGUAGE c AS 'MODULE_PATHNAME', 'probe_day_of_timestamp';
CREATE FUNCTION probe.day_of(timestamptz) RETURNS date LANGUAGE c AS 'MODULE_PATHNAME', 'probe_day_of_timestamptz';
CREATE FUNCTION probe.iso(date) RETURNS text LANGUAGE c AS 'MODULE_PATHNAME', 'probe_iso';
CREATE FUNCTION probe.days(interval) RETURNS float8 LANGUAGE c AS 'MODULE_PATHNAME', 'probe_days';
CREATE FUNCTION probe.jsonb(jsonb) RETURNS jsonb LANGUAGE c AS 'MODULE_PATHNAME', 'probe_jsonb';
CREATE FUNCTION probe.sum(float8[]) RETURNS float8 LANGUAGE c AS 'MODULE_PATHNAME', 'probe_sum';
CREATE FUNCTION probe.count_to(int) RETURNS float8[] LANGUAGE c AS 'MODULE_PATHNAME', 'probe_count_to';
CREATE FUNCTION probe.corner(text[]) RETURNS text LANGUAGE c AS 'MODULE_PATHNAME', 'probe_corner';

CREATE FUNCTION probe.or(int, int) RETURNS int LANGUAGE c AS 'MODULE_PATHNAME', 'probe_or';
CREATE FUNCTION probe.null_if_odd(int) RETURNS int LANGUAGE c AS 'MODULE_PATHNAME', 'probe_null_if_odd';

CREATE TYPE probe.point AS (number int, label text, height float8);
CREATE FUNCTION probe.point(probe.point) RETURNS probe.point LANGUAGE c AS 'MODULE_PATHNAME', 'probe_point';
CREATE FUNCTION probe.point(int, text) RETURNS probe.point LANGUAGE c AS 'MODULE_PATHNAME', 'probe_point_columns';
CREATE FUNCTION probe.points(int, OUT number int, OUT label text, OUT height float8) RETURNS SETOF record
    LANGUAGE c AS 'MODULE_PATHNAME', 'probe_points';

CREATE FUNCTION probe.live_objects() RETURNS int LANGUAGE c AS 'MODULE_PATHNAME', 'probe_live_objects';
CREATE FUNCTION probe.throw(text) RETURNS boolean LANGUAGE c AS 'MODULE_PATHNAME', 'probe_throw';
CREATE FUNCTION probe.allocate(bigint) RETURNS bigint LANGUAGE c AS 'MODULE_PATHNAME', 'probe_allocate';
CREATE FUNCTION probe.server_error(text) RETURNS int LANGUAGE c AS 'MODULE_PATHNAME', 'probe_server_error';
CREATE FUNCTION probe.throw_in_call() RETURNS boolean LANGUAGE c AS 'MODULE_PATHNAME', 'probe_throw_in_call';
CREATE FUNCTION probe.spin(seconds float8) RETURNS boolean LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'probe_spin';

CREATE FUNCTION probe.aggregate_combine(internal, internal) RETURNS internal
    LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'crm_aggregate_combine';
CREATE FUNCTION probe.aggregate_serialize(internal) RETURNS bytea
    LANGUAGE c STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'crm_aggregate_serialize';
CREATE FUNCTION probe.aggregate_deserialize(bytea, internal) RETURNS internal
    LANGUAGE c STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'crm_aggregate_deserialize';
CREATE FUNCTION probe.finish_point(internal) RETURNS probe.point
    LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
CREATE FUNCTION probe.collect_add(internal, int) RETURNS internal
    LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'probe_collect_add';
CREATE FUNCTION probe.collect_add(internal, int, int) RETURNS internal
    LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'probe_collect_add_or';
CREATE AGGREGATE probe.collect(int) (
    SFUNC = probe.collect_add, STYPE = internal, FINALFUNC = probe.finish_point,
    COMBINEFUNC = probe.aggregate_combine,
    SERIALFUNC = probe.aggregate_serialize, DESERIALFUNC = probe.aggregate_deserialize, PARALLEL = SAFE
);
CREATE AGGREGATE probe.collect(int, int) (
    SFUNC = probe.collect_add, STYPE = internal, FINALFUNC = probe.finish_point,
    COMBINEFUNC = probe.aggregate_combine,
    SERIALFUNC = probe.aggregate_serialize, DESERIALFUNC = probe.aggregate_deserialize, PARALLEL = SAFE
);
CREATE FUNCTION probe.finish_points(internal) RETURNS probe.point[]
    LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
CREATE FUNCTION probe.list_add(internal, int) RETURNS internal
    LANGUAGE c PARALLEL SAFE AS 'MODULE_PATHNAME', 'probe_list_add';
CREATE AGGREGATE probe.list(int) (
    SFUNC = probe.list_add, STYPE = internal, FINALFUNC = probe.finish_points,
    COMBINEFUNC = probe.aggregate_combine,
    SERIALFUNC = probe.aggregate_serialize, DESERIALFUNC = probe.aggregate_deserialize, PARALLEL = SAFE
);
CREATE AGGREGATE probe.list_misdeclared(int) (
    SFUNC = probe.list_add, STYPE = internal, FINALFUNC = probe.finish_point
);

CREATE TYPE probe.model;
CREATE FUNCTION probe.model_in(cstring) RETURNS probe.model LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'probe_model_in';
CREATE FUNCTION probe.model_out(probe.model) RETURNS cstring LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'probe_model_out';
CREATE FUNCTION probe.model_recv(internal) RETURNS probe.model LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'probe_model_recv';
CREATE FUNCTION probe.model_send(probe.model) RETURNS bytea LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'probe_model_send';
CREATE TYPE probe.model (
    INPUT = probe.model_in, OUTPUT = probe.model_out, RECEIVE = probe.model_recv, SEND = probe.model_send,
    STORAGE = extended
);
CREATE FUNCTION probe.make_model(text, jsonb) RETURNS probe.model LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'probe_make_model';
CREATE FUNCTION probe.weigh(probe.model, float8) RETURNS float8 LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'probe_weigh';
CREATE FUNCTION probe.decoded_models() RETURNS int LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'probe_decoded_models';
