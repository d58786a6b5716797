-- Step topics: what comments are about. The parts of the step are in workspace_comments.sql (which comments have changed),
-- workspace_topic_models.sql (rules and models) and workspace_topic_reports.sql (what comments say).

INSERT INTO crm.workspace_step (name, position, role, makes, versions, of_source, customer_join, meaning)
VALUES ('topics', 90, 'comments', '{comment_topic_of_run,topic_trend_of_run,topic_alarm_of_run,topic_basis}',
        '{known_comment,comment_day,customer_comment,customer_said}',
        '{known_comment,comment_day,customer_comment,customer_said,comment_topic_of_run,topic_trend_of_run,topic_alarm_of_run,topic_basis}',
        'LEFT JOIN customer_comment AS talked ON talked.customer = fact.customer AND talked.run <= published.run
             AND (talked.superseded IS NULL OR talked.superseded > published.run)',
        'gives comments their topics by rules, by a model of those that people have labelled, or by the words that have come up, and follows topics through time');

INSERT INTO crm.workspace_column VALUES
    ('topics', 610, 'comments', 'coalesce(talked.comments, 0)', 'Comments.'),
    ('topics', 620, 'last_comment_at', 'talked.last_comment_at', 'Day of the last comment.'),
    ('topics', 630, 'last_comment_topic', 'talked.last_comment_topic', 'Topic of the last comment.');

CREATE FUNCTION crm.set_up_topics(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO setting VALUES
        ('topic_window_days', '28', 'days that are recent for topics, and that are compared with the eight spans of equal length before'),
        ('topic_least_labels', '20', 'comments with a topic given by people that a model needs, of two topics at least'),
        ('topic_most_labels', '50000', 'labelled comments to learn from; of more, a sample'),
        ('topic_alarm_p', '0.01', 'a topic is said to have changed when chance alone would say so of less than this share of topics'),
        ('topic_alarm_ratio', '1.25', 'and when its share of the comments has grown, or shrunk, to so many times what it was')
    ON CONFLICT (name) DO NOTHING;

    CREATE TABLE IF NOT EXISTS topic_basis (
        run bigint PRIMARY KEY, rules crm.model, classifier crm.model, judged crm.model, rules_are_words boolean NOT NULL, labels text,
        labelled bigint, fitted_run bigint, fitted_as_of date, keywords_as_of date, made_by bytea);
    COMMENT ON TABLE topic_basis IS 'What the topics of a run stand on: rules and classifier.';
    COMMENT ON COLUMN topic_basis.judged IS 'The classifier without the fifth of the labelled comments that it was judged on.';
    COMMENT ON COLUMN topic_basis.rules_are_words IS 'Whether rules are the words that had come up, for want of topics that people gave.';
    COMMENT ON COLUMN topic_basis.labels IS 'Fingerprint of the labelled comments when a classifier was last tried.';
    COMMENT ON COLUMN topic_basis.labelled IS 'How many they were.';
    COMMENT ON COLUMN topic_basis.keywords_as_of IS 'Day of the run that found the keywords of the topics.';
    COMMENT ON COLUMN topic_basis.made_by IS 'Fingerprint of rules and classifier.';

    CREATE TABLE IF NOT EXISTS comment_label (
        comment_digest bytea, made_by bytea, topic text NOT NULL, probability float8, spoke text NOT NULL, PRIMARY KEY (made_by, comment_digest));
    COMMENT ON TABLE comment_label IS 'The topic of each distinct text, which is known by its SHA-256 digest only.';
    COMMENT ON COLUMN comment_label.spoke IS 'rule, model, or other: neither.';

    EXECUTE format('CREATE TABLE IF NOT EXISTS known_comment (
        customer %s, day date NOT NULL, comment_digest bytea NOT NULL, topic text, run bigint NOT NULL, superseded bigint, comments bigint NOT NULL)',
        customer_type);
    COMMENT ON TABLE known_comment IS
        'The comments until the day of the run, each text by its SHA-256 digest only, in versions like those of customer_fact: what a new run is compared with.';
    COMMENT ON COLUMN known_comment.topic IS 'What a person said that it is about.';
    COMMENT ON COLUMN known_comment.comments IS 'How many that are alike in all of this.';
    CREATE INDEX IF NOT EXISTS known_comment_day ON known_comment (day);
    CREATE INDEX IF NOT EXISTS known_comment_customer ON known_comment (customer);
    CREATE INDEX IF NOT EXISTS known_comment_given ON known_comment (comment_digest) WHERE topic IS NOT NULL AND superseded IS NULL;
    CREATE INDEX IF NOT EXISTS known_comment_run ON known_comment (run);
    CREATE INDEX IF NOT EXISTS known_comment_superseded ON known_comment (superseded) WHERE superseded IS NOT NULL;

    CREATE TABLE IF NOT EXISTS comment_day (
        day date, run bigint, superseded bigint, print numeric NOT NULL, topics text[] NOT NULL, comments bigint[] NOT NULL, PRIMARY KEY (day, run));
    COMMENT ON TABLE comment_day IS 'The comments of each day, in versions like those of customer_fact.';
    COMMENT ON COLUMN comment_day.print IS 'Sum of crm.comment_print: a day whose comments still have it is not read again.';
    COMMENT ON COLUMN comment_day.topics IS 'Topics of the comments; NULL is one of them, where nothing says what comments are about.';
    COMMENT ON COLUMN comment_day.comments IS 'Number of the comments on each.';
    CREATE INDEX IF NOT EXISTS comment_day_run ON comment_day (run);
    CREATE INDEX IF NOT EXISTS comment_day_superseded ON comment_day (superseded) WHERE superseded IS NOT NULL;

    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_comment (
        customer %s, run bigint, superseded bigint, comments bigint NOT NULL, last_comment_at date NOT NULL, last_comment_topic text,
        topics text[], PRIMARY KEY (customer, run))', customer_type);
    COMMENT ON TABLE customer_comment IS 'What each customer who wrote has written, in versions like those of customer_fact.';
    COMMENT ON COLUMN customer_comment.topics IS 'All topics of the comments.';
    CREATE INDEX IF NOT EXISTS customer_comment_run ON customer_comment (run);
    CREATE INDEX IF NOT EXISTS customer_comment_superseded ON customer_comment (superseded) WHERE superseded IS NOT NULL;

    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_said (
        customer %s, day date, comment_digest bytea, run bigint, superseded bigint, comment text NOT NULL, topic text,
        PRIMARY KEY (customer, day, comment_digest, run))', customer_type);
    COMMENT ON TABLE customer_said IS
        'The last three comments of each customer, 1000 characters at most, where they are found quickly; in versions like those of customer_fact.';
    COMMENT ON COLUMN customer_said.topic IS 'What a person said that it is about.';
    CREATE INDEX IF NOT EXISTS customer_said_run ON customer_said (run);
    CREATE INDEX IF NOT EXISTS customer_said_superseded ON customer_said (superseded) WHERE superseded IS NOT NULL;

    CREATE TABLE IF NOT EXISTS comment_topic_of_run (
        run bigint, topic text, comments bigint NOT NULL, comments_share float8 NOT NULL, customers bigint NOT NULL,
        recent_comments bigint NOT NULL, earlier_comments bigint NOT NULL, keywords text, example text,
        example_probability float8, example_day date, example_digest bytea, PRIMARY KEY (run, topic));
    COMMENT ON TABLE comment_topic_of_run IS 'What view comment_topic shows.';
    CREATE OR REPLACE VIEW comment_topic AS
    SELECT published.as_of, topic.topic, topic.comments, topic.comments_share, topic.customers, topic.recent_comments, topic.earlier_comments,
           topic.keywords, topic.example
    FROM published JOIN comment_topic_of_run AS topic USING (run);
    COMMENT ON VIEW comment_topic IS 'What comments are about.';
    COMMENT ON COLUMN comment_topic.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN comment_topic.topic IS 'Topic; other: of none that is known.';
    COMMENT ON COLUMN comment_topic.comments IS 'Comments on it until that day.';
    COMMENT ON COLUMN comment_topic.comments_share IS 'Share of all comments (0 to 1).';
    COMMENT ON COLUMN comment_topic.customers IS 'Customers who wrote them.';
    COMMENT ON COLUMN comment_topic.recent_comments IS 'Comments of the last topic_window_days days.';
    COMMENT ON COLUMN comment_topic.earlier_comments IS 'Comments of as many days before.';
    COMMENT ON COLUMN comment_topic.keywords IS 'Words that these comments have and others have not.';
    COMMENT ON COLUMN comment_topic.example IS 'A comment that is typical, without what identifies a person.';

    CREATE TABLE IF NOT EXISTS topic_trend_of_run (
        run bigint, topic text, period date, comments bigint NOT NULL, share float8 NOT NULL, PRIMARY KEY (run, topic, period));
    COMMENT ON TABLE topic_trend_of_run IS 'What view topic_trend shows.';
    CREATE OR REPLACE VIEW topic_trend AS
    SELECT published.as_of, trend.topic, trend.period, trend.comments, trend.share FROM published JOIN topic_trend_of_run AS trend USING (run);
    COMMENT ON VIEW topic_trend IS 'Topics month by month.';
    COMMENT ON COLUMN topic_trend.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN topic_trend.topic IS 'Topic.';
    COMMENT ON COLUMN topic_trend.period IS 'First day of the month.';
    COMMENT ON COLUMN topic_trend.comments IS 'Comments on the topic in the month.';
    COMMENT ON COLUMN topic_trend.share IS 'Share of all comments of the month (0 to 1).';

    CREATE TABLE IF NOT EXISTS topic_alarm_of_run (
        run bigint, topic text, direction text NOT NULL, recent bigint NOT NULL, earlier bigint NOT NULL, recent_share float8 NOT NULL,
        earlier_share float8 NOT NULL, adjusted_p float8 NOT NULL, PRIMARY KEY (run, topic));
    COMMENT ON TABLE topic_alarm_of_run IS 'What view topic_alarm shows.';
    CREATE OR REPLACE VIEW topic_alarm AS
    SELECT published.as_of, alarm.topic, alarm.direction, alarm.recent, alarm.earlier, alarm.recent_share, alarm.earlier_share, alarm.adjusted_p
    FROM published JOIN topic_alarm_of_run AS alarm USING (run);
    COMMENT ON VIEW topic_alarm IS 'Topics that have changed beyond chance.';
    COMMENT ON COLUMN topic_alarm.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN topic_alarm.topic IS 'Topic.';
    COMMENT ON COLUMN topic_alarm.direction IS 'up or down.';
    COMMENT ON COLUMN topic_alarm.recent IS 'Comments on it in the last topic_window_days days.';
    COMMENT ON COLUMN topic_alarm.earlier IS 'Comments on it in the eight spans of equal length before.';
    COMMENT ON COLUMN topic_alarm.recent_share IS 'Share of the recent comments (0 to 1).';
    COMMENT ON COLUMN topic_alarm.earlier_share IS 'Share of the earlier comments (0 to 1).';
    COMMENT ON COLUMN topic_alarm.adjusted_p IS 'Of topics up to this value, so large a share at most changed by chance.';
END $$;
COMMENT ON FUNCTION crm.set_up_topics(regtype) IS 'Tables and views of step topics.';
