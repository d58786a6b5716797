-- What comments talk about more, or less, than before.
--   SELECT t.* FROM (SELECT crm.trending(at, comment, date '2026-06-30', interval '7 days') AS rows FROM comments) AS x, unnest(rows) AS t;

CREATE TYPE crm.trend AS (
    keyword text,
    direction text,
    recent bigint,
    earlier bigint,
    recent_share float8,
    earlier_share float8,
    ratio float8,
    lower float8,
    upper float8,
    dispersion float8,
    p_value float8,
    adjusted_p float8
);
COMMENT ON TYPE crm.trend IS 'How the share of comments with a word, a phrase or a topic has changed in the latest window.';
COMMENT ON COLUMN crm.trend.keyword IS 'The word or phrase as people most often write it, or the topic.';
COMMENT ON COLUMN crm.trend.direction IS 'up or down.';
COMMENT ON COLUMN crm.trend.recent IS 'Comments with it in the latest window.';
COMMENT ON COLUMN crm.trend.earlier IS 'Comments with it in all earlier windows.';
COMMENT ON COLUMN crm.trend.recent_share IS 'recent over all comments of the window.';
COMMENT ON COLUMN crm.trend.earlier_share IS 'earlier over all comments of those windows.';
COMMENT ON COLUMN crm.trend.ratio IS 'recent_share / earlier_share; Infinity when it is new.';
COMMENT ON COLUMN crm.trend.lower IS 'Lower end of the interval of the ratio.';
COMMENT ON COLUMN crm.trend.upper IS 'Upper end of it.';
COMMENT ON COLUMN crm.trend.dispersion IS 'How much more the earlier windows vary than by chance, 1 at least: variances are multiplied by it. Taken to be 1 with fewer than four earlier windows.';
COMMENT ON COLUMN crm.trend.p_value IS 'Probability of a change as large, either way, when nothing has changed.';
COMMENT ON COLUMN crm.trend.adjusted_p IS 'The same, adjusted for the number of words that were looked at (Benjamini, Hochberg 1995): of rows with adjusted_p <= 0.05, 5 % at most are chance.';

CREATE FUNCTION crm.trending_add(internal, at date, comment text, as_of date, "window" interval) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_trending_add';
COMMENT ON FUNCTION crm.trending_add(internal, date, text, date, interval) IS 'Support of aggregate crm.trending.';

CREATE FUNCTION crm.trending_add(internal, at date, comment text, as_of date, "window" interval, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_trending_add_options';
COMMENT ON FUNCTION crm.trending_add(internal, date, text, date, interval, jsonb) IS 'Support of aggregate crm.trending.';

CREATE FUNCTION crm.trending_topics_add(internal, at date, topic text, as_of date, "window" interval) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_trending_topics_add';
COMMENT ON FUNCTION crm.trending_topics_add(internal, date, text, date, interval) IS 'Support of aggregate crm.trending_topics.';

CREATE FUNCTION crm.trending_topics_add(internal, at date, topic text, as_of date, "window" interval, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_trending_topics_add_options';
COMMENT ON FUNCTION crm.trending_topics_add(internal, date, text, date, interval, jsonb) IS 'Support of aggregate crm.trending_topics.';

CREATE FUNCTION crm.finish_trending(internal) RETURNS crm.trend[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_trending(internal) IS 'Support of aggregates: the rows of trends.';

CREATE AGGREGATE crm.trending(at date, comment text, as_of date, "window" interval) (
    SFUNC = crm.trending_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_trending,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.trending(date, text, date, interval) IS
    'Words and phrases that comments have more, or less, in the window that ends with as_of than in the 8 windows of equal length before it: rows crm.trend for unnest(), the least probable without a change first, at most 50. The window is a whole number of days. Later and older comments are not seen; rows with a NULL are skipped.';

CREATE AGGREGATE crm.trending(at date, comment text, as_of date, "window" interval, options jsonb) (
    SFUNC = crm.trending_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_trending,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.trending(date, text, date, interval, jsonb) IS
    'The same with options: {"top": 50 rows, "windows": 8 earlier ones, "min_comments": 5 with the word in all windows, "level": 0.95 of the interval, "phrases": 2 words in the longest phrase, "most_terms": 5000000 counts, beyond which it is an error}. Any other key is an error.';

CREATE AGGREGATE crm.trending_topics(at date, topic text, as_of date, "window" interval) (
    SFUNC = crm.trending_topics_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_trending,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.trending_topics(date, text, date, interval) IS
    'The same as crm.trending for topics that are given, such as labels of a classifier, one row a comment. A NULL topic is a comment without one. A comment of several topics is several rows: shares are then of rows.';

CREATE AGGREGATE crm.trending_topics(at date, topic text, as_of date, "window" interval, options jsonb) (
    SFUNC = crm.trending_topics_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_trending,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.trending_topics(date, text, date, interval, jsonb) IS
    'The same with options: {"top": 50 rows, "windows": 8 earlier ones, "min_comments": 5 with the topic in all windows, "level": 0.95 of the interval}. Any other key is an error.';
