-- A composite type that somebody altered is refused rather than misread or overrun.
DROP TABLE point;
CREATE TABLE point (p probe.point);
INSERT INTO point VALUES (ROW(1, 'x', 2.5));
ALTER TYPE probe.point ADD ATTRIBUTE depth float8 CASCADE;
SELECT probe.point(ROW(1, 'x', 2.5, 3));
SELECT probe.point(p) FROM point;
SELECT probe.point(7, 'seven');
SELECT (probe.collect(n)).* FROM generate_series(1, 3) AS n;
ALTER TYPE probe.point DROP ATTRIBUTE height CASCADE;
SELECT probe.point(ROW(1, 'x', 2.5));
SELECT probe.point(7, 'seven');
SELECT probe.point(p) FROM point;
