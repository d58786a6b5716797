-- What customers of the made-up shop write: :comments comments, of which a person has given one in three its topic.
CREATE TEMPORARY TABLE comments (id int, at date, stars int, topic text, comment text);
\ir comments.sql
CREATE TABLE public.comments AS
SELECT customer_id, at - 121 AS at, comment, CASE WHEN id % 3 = 0 THEN topic END AS topic
FROM pg_temp.comments
JOIN (SELECT customer_id, row_number() OVER (ORDER BY md5(customer_id)) AS number FROM (SELECT DISTINCT customer_id FROM orders) AS ordered) AS customer
     ON number = 1 + (id * 7919) % 2000;
