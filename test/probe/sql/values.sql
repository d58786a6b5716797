-- Every kind of argument and result, at its extremes.
SELECT probe.bool(true), probe.int2('-32768'), probe.int4(2147483647), probe.int8(-9223372036854775808);
SELECT probe.float8(0.1), probe.float8('-infinity'), probe.float8('NaN'), probe.float8(5e-324);
SELECT probe.text('grüße'), probe.text('') = '' AS empty, length(probe.text(repeat('x', 100000)));
SELECT probe.date('2026-11-01'), probe.date('0044-03-15 BC'), probe.date('5874897-12-31'), probe.date('4714-11-24 BC');
SELECT probe.date('infinity');
SELECT probe.day_of(timestamp '2026-11-01 23:59:59.999999'), probe.day_of(timestamp '1969-12-31 23:00'), probe.day_of(timestamp '1999-12-31 00:00');
SELECT probe.day_of(timestamp '-infinity');
SET TIME ZONE 'UTC';
SELECT probe.day_of(timestamptz '2026-11-01 23:30 UTC');
SET TIME ZONE '+02';
SELECT probe.day_of(timestamptz '2026-11-01 23:30 UTC');
RESET TIME ZONE;
SELECT probe.day_of(timestamptz 'infinity');
-- ISO names agree with the server's, over the whole range of dates.
SET datestyle = iso;
SELECT count(*), bool_and(probe.iso(d) = d::text)
  FROM generate_series(-2451545, 2145031948, 104729) AS n, LATERAL (SELECT date '2000-01-01' + n::int AS d) AS x;
SELECT i, probe.days(i) = extract(epoch FROM i)::float8 / 86400 AS same, probe.days(i)
  FROM unnest('{1 day,90 days,1 month,1 year,25 hours,-14 months 3 days 1 hour,0}'::interval[]) AS i;
SELECT probe.jsonb('{"a": [1, 2.5, -1e300, "x\"\n\u00e9", null, true], "b": {}, "c": []}'), probe.jsonb('7'), probe.jsonb('"x"');
SELECT probe.jsonb(('[' || repeat('[', 40) || repeat(']', 40) || ']')::jsonb);
SELECT probe.sum('{1,2.5,-1}'), probe.sum('{}'), probe.sum(array_agg(n)) FROM generate_series(1, 100000) AS n;
SELECT probe.sum('{1,NULL}');
SELECT probe.sum('{{1,2},{3,4}}');
SELECT probe.sum((ARRAY[1, NULL, 3]::float8[])[3:3]);
SELECT probe.count_to(5), probe.count_to(0) = '{}' AS empty, probe.sum(probe.count_to(1000));
SELECT probe.corner('{{a,b,c},{d,e,f}}');
SELECT probe.corner('{a,b}');

-- NULLs: an argument that must not be NULL makes the result NULL.
SELECT probe.int4(NULL) IS NULL AS int4, probe.text(NULL) IS NULL AS text, probe.or(NULL, 7), probe.or(1, 7), probe.or(1, NULL) IS NULL AS or;
SELECT n, probe.null_if_odd(n) FROM generate_series(1, 4) AS n;

-- Composites, from a literal, from a table (stored unaligned with a short header), large and toasted.
SELECT probe.point(ROW(1, 'x', 2.5)), (probe.point(ROW(1, 'x', NULL)::probe.point)).height IS NULL AS no_height;
SELECT probe.point(ROW(NULL, 'x', 2.5)) IS NULL AS required_attribute, probe.point(NULL::probe.point) IS NULL AS whole;
SELECT probe.point(7, 'seven'), probe.point(7, NULL) IS NULL AS null_column;
CREATE TABLE point (flag boolean, p probe.point);
INSERT INTO point SELECT n % 2 = 0, ROW(n, repeat('y', n % 200), n / 4.0)::probe.point FROM generate_series(1, 1000) AS n;
INSERT INTO point VALUES (true, ROW(5000, repeat('z', 5000), 1)), (true, ROW(0, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 5000) AS n), 1));
SELECT count(*), bool_and(probe.point(p) = p) FROM point;
SELECT number, label, height FROM probe.points(3);
SELECT count(*), sum(number) FROM probe.points(2000);
