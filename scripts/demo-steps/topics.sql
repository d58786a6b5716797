\echo
\echo '-- What customers write about'
SELECT topic, comments, round((100 * comments_share)::numeric, 1) AS "% of comments", customers, keywords, example
FROM shop.comment_topic
ORDER BY comments DESC;
