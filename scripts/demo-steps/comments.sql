-- Comments of a made-up shop: :comments of them, under four topics and with stars; one in thirty has the wrong topic.
-- The table comments (id, at, stars, topic, comment) is there already.
CREATE FUNCTION pg_temp.pick(id int, purpose text, variadic choices text[]) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT choices[1 + abs(hashtextextended(id || purpose, 0) % cardinality(choices))] $$;

INSERT INTO comments (id, at, stars, topic, comment)
SELECT id, date '2026-06-01' + id * 150 / :comments,
       CASE topic WHEN 'praise' THEN pg_temp.pick(id, 'stars', '5', '5', '4', '4', '3')
                  ELSE pg_temp.pick(id, 'stars', '1', '1', '2', '2', '3', '4') END::int,
       CASE WHEN pg_temp.pick(id, 'wrong', VARIADIC array_fill('right'::text, ARRAY[29]) || ARRAY['wrong']) = 'wrong'
            THEN pg_temp.pick(id, 'label', 'delivery', 'payment', 'praise', 'returns') ELSE topic END,
       pg_temp.pick(id, 'opening', '', '', '', 'Hello, ', 'Well, ', 'To be honest: ', 'Dear team, ', 'hi ') ||
       CASE topic
       WHEN 'delivery' THEN pg_temp.pick(id, 'who', 'my parcel', 'the package', 'my order', 'the delivery', 'the courier', 'your driver') || ' ' ||
                            pg_temp.pick(id, 'what', 'has not arrived yet', 'never came', 'is three days late', 'came late and wet', 'took two weeks',
                                         'was left in the rain', 'is nowhere to be seen', 'went to the wrong address')
       WHEN 'payment' THEN pg_temp.pick(id, 'who', 'my card', 'the payment', 'your invoice', 'paypal', 'the bank transfer', 'this fee') || ' ' ||
                           pg_temp.pick(id, 'what', 'was charged twice', 'was declined', 'is wrong', 'does not work', 'is still pending', 'is too high',
                                        'shows the wrong amount', 'was taken before the order')
       WHEN 'praise' THEN pg_temp.pick(id, 'who', 'great quality', 'I love this shop 👍', 'very friendly people', 'perfect shoes', 'best service', 'good price') || ', ' ||
                          pg_temp.pick(id, 'what', 'will order again', 'as always', 'thank you', 'I am happy', 'fast too', '5 stars', 'just great', 'told all my friends')
       ELSE pg_temp.pick(id, 'who', 'the shoes', 'the jacket', 'this lamp', 'my refund', 'the return label', 'the zip') || ' ' ||
            pg_temp.pick(id, 'what', 'broke after a week', 'is missing', 'must go back', 'does not fit, I want my money back', 'was never accepted',
                         'looks used, please take it back', 'is not what I ordered', 'came without an answer')
       END ||
       pg_temp.pick(id, 'closing', '', '', '.', '!', '!!!', '. Please answer', '. Thanks', ' ...')
  FROM (SELECT id, pg_temp.pick(id, 'topic', 'delivery', 'delivery', 'delivery', 'payment', 'payment', 'praise', 'praise', 'praise', 'returns', 'returns') AS topic
          FROM generate_series(1, :comments) AS id) AS x;
