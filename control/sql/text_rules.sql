-- Rules over comments: fitting

CREATE FUNCTION crm.fit_text_rules_add(internal, topic text, rule text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_text_rules_add';
COMMENT ON FUNCTION crm.fit_text_rules_add(internal, text, text) IS 'Support of aggregate crm.fit_text_rules.';

CREATE FUNCTION crm.fit_text_rules_add(internal, topic text, rule text, priority int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_text_rules_add_priority';
COMMENT ON FUNCTION crm.fit_text_rules_add(internal, text, text, int) IS 'Support of aggregate crm.fit_text_rules.';

CREATE FUNCTION crm.fit_text_rules_add(internal, topic text, rule text, priority int, action text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fit_text_rules_add_action';
COMMENT ON FUNCTION crm.fit_text_rules_add(internal, text, text, int, text) IS 'Support of aggregate crm.fit_text_rules.';

CREATE AGGREGATE crm.fit_text_rules(topic text, rule text) (
    SFUNC = crm.fit_text_rules_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_rules(text, text) IS
    'Rules of topics as a model, all of priority 100: words in tsquery''s syntax (late <-> delivery, refund:* & !thanks) or a /regular expression/. A row with a NULL is skipped; a rule that cannot be read is an error that names it.';

CREATE AGGREGATE crm.fit_text_rules(topic text, rule text, priority int) (
    SFUNC = crm.fit_text_rules_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_rules(text, text, int) IS
    'The same with a priority for each rule: the smaller goes first; NULL is 100.';

CREATE AGGREGATE crm.fit_text_rules(topic text, rule text, priority int, action text) (
    SFUNC = crm.fit_text_rules_add, STYPE = internal, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_rules(text, text, int, text) IS
    'The same with an action for each rule: assign (as NULL is), or exclude, where the topic must not be assigned whatever other rules say.';


-- Rules over comments: matching

CREATE FUNCTION crm.match_rules(
    model crm.model,
    comment text,
    OUT topic text,
    OUT rule text,
    OUT priority int,
    OUT action text,
    OUT excluded boolean,
    OUT matched text,
    OUT "position" int,
    OUT length int)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2
    AS 'MODULE_PATHNAME', 'crm_match_rules';
COMMENT ON FUNCTION crm.match_rules(crm.model, text) IS
    'Every rule that matches the comment, by priority, topic and rule: what of the comment made it match, from its first word needed to its last, where that begins (in characters, from 1) and how long it is (in characters); NULLs where only the absence of words did. excluded: a rule of action exclude matches for the same topic.';

CREATE FUNCTION crm.first_rule(
    model crm.model,
    comment text,
    OUT topic text,
    OUT rule text,
    OUT priority int,
    OUT matched text,
    OUT "position" int,
    OUT length int)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_first_rule';
COMMENT ON FUNCTION crm.first_rule(crm.model, text) IS
    'The topic that rules give the comment: the first rule by priority, topic and rule that matches and whose topic is not excluded; NULL when there is none.';

CREATE FUNCTION crm.rule_error(rule text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_rule_error';
COMMENT ON FUNCTION crm.rule_error(text) IS
    'What is wrong with a rule, or NULL: CHECK (crm.rule_error(rule) IS NULL) keeps wrong rules out of a table.';
