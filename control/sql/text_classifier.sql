-- Classifiers of customers' comments

-- Training

CREATE FUNCTION crm.fit_text_classifier_add(internal, label text, comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_fit_text_classifier_add';
COMMENT ON FUNCTION crm.fit_text_classifier_add(internal, text, text) IS 'Support of aggregate crm.fit_text_classifier.';

CREATE FUNCTION crm.fit_text_classifier_add(internal, label text, comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_fit_text_classifier_add_options';
COMMENT ON FUNCTION crm.fit_text_classifier_add(internal, text, text, jsonb) IS 'Support of aggregate crm.fit_text_classifier.';

CREATE FUNCTION crm.fit_text_classifier_add(internal, labels text[], comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_fit_text_classifier_add_several';
COMMENT ON FUNCTION crm.fit_text_classifier_add(internal, text[], text) IS 'Support of aggregate crm.fit_text_classifier.';

CREATE FUNCTION crm.fit_text_classifier_add(internal, labels text[], comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_fit_text_classifier_add_several_options';
COMMENT ON FUNCTION crm.fit_text_classifier_add(internal, text[], text, jsonb) IS 'Support of aggregate crm.fit_text_classifier.';

CREATE AGGREGATE crm.fit_text_classifier(label text, comment text) (
    SFUNC = crm.fit_text_classifier_add, STYPE = internal, SSPACE = 1000000, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_classifier(text, text) IS
    'A classifier of comments from labelled ones, for crm.classify: words, pairs of words and pieces of 2 to 5 characters, one-vs-rest logistic regression, strength and probabilities tuned on comments held out. Needs no language. Equal rows give an equal model, in any order. Its crm.model_card says how good it is.';

CREATE AGGREGATE crm.fit_text_classifier(label text, comment text, options jsonb) (
    SFUNC = crm.fit_text_classifier_add, STYPE = internal, SSPACE = 1000000, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_classifier(text, text, jsonb) IS
    'The same with options: strength (C of the logistic regressions; chosen when not given), words (phrases of up to so many; 2), characters ([least, most] length of the pieces of words, or false; [2, 5]), min_comments (that have a word or piece; 2, or 1 below 1,000 comments), other (share of held-out comments that may count as other; 0.05).';

CREATE AGGREGATE crm.fit_text_classifier(labels text[], comment text) (
    SFUNC = crm.fit_text_classifier_add, STYPE = internal, SSPACE = 1000000, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_classifier(text[], text) IS
    'The same where a comment may have several labels or none, for crm.classify_all: a yes or no for each label, whose threshold is tuned on comments held out.';

CREATE AGGREGATE crm.fit_text_classifier(labels text[], comment text, options jsonb) (
    SFUNC = crm.fit_text_classifier_add, STYPE = internal, SSPACE = 1000000, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_classifier(text[], text, jsonb) IS
    'The same with options, as for one label.';


-- Asking a model of comments, of whatever kind

CREATE FUNCTION crm.classify(
    model crm.model,
    comment text,
    OUT label text,
    OUT probability float8,
    OUT margin float8,
    OUT is_other boolean)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_classify';
COMMENT ON FUNCTION crm.classify(crm.model, text) IS
    'The likeliest label of a comment, its probability (0 to 1) and margin. is_other: the margin is below that of nearly all comments that the model was tried on, so that none of its labels may fit. Only the first 250000 bytes of a comment are read.';

CREATE FUNCTION crm.classify_top(
    model crm.model,
    comment text,
    k int,
    OUT label text,
    OUT probability float8,
    OUT margin float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 3
    AS 'MODULE_PATHNAME', 'crm_classify_top';
COMMENT ON FUNCTION crm.classify_top(crm.model, text, int) IS 'The k likeliest labels of a comment, likeliest first.';

CREATE FUNCTION crm.classify_all(
    model crm.model,
    comment text,
    OUT label text,
    OUT probability float8,
    OUT margin float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 2
    AS 'MODULE_PATHNAME', 'crm_classify_all';
COMMENT ON FUNCTION crm.classify_all(crm.model, text) IS
    'All labels that a comment gets from a model that was trained with several, likeliest first: those whose probability reaches the threshold that was best for them. From a model with one label a comment: that one, or no row for other.';

CREATE FUNCTION crm.label_probability(model crm.model, comment text, label text) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_label_probability';
COMMENT ON FUNCTION crm.label_probability(crm.model, text, text) IS
    'The probability of one label of the model, 0 to 1; an error when the model has no such label.';

CREATE FUNCTION crm.explain(
    model crm.model,
    comment text,
    OUT term text,
    OUT kind text,
    OUT contribution float8,
    OUT share float8,
    OUT direction text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 20
    AS 'MODULE_PATHNAME', 'crm_explain_comment';
COMMENT ON FUNCTION crm.explain(crm.model, text) IS
    'Which words and phrases of the comment spoke for its label and which against, strongest first. Contributions, with the bias in the last row, add up to the margin; those of pieces of words are given to the words. share is of the absolute values.';

CREATE FUNCTION crm.explain(
    model crm.model,
    comment text,
    label text,
    OUT term text,
    OUT kind text,
    OUT contribution float8,
    OUT share float8,
    OUT direction text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 20
    AS 'MODULE_PATHNAME', 'crm_explain_label';
COMMENT ON FUNCTION crm.explain(crm.model, text, text) IS
    'Which words and phrases of the comment speak for this label and which against.';

CREATE FUNCTION crm.why(model crm.model, comment text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'crm_why_comment';
COMMENT ON FUNCTION crm.why(crm.model, text) IS
    'One sentence: the comment''s label, its probability, and the terms that spoke loudest for and against it.';
