-- What must be true of every database and of what the outside has received
-- (security.md, "Invariants"). Run by tests/system/invariants over a copy,
-- with the tables `effect` (what the gateway did) and `accepted_key`,
-- `refused_key` (what the callers were told) filled beside it. Every row that
-- comes out is a broken promise: its name, then what is wrong.

-- The drawing in architecture.md, "A delivery on a message channel"; state
-- channels go from queued to accepted directly.
CREATE TEMP TABLE move (was TEXT, becomes TEXT);
INSERT INTO move VALUES
    ('queued', 'sending'), ('queued', 'accepted'), ('queued', 'failed'),
    ('sending', 'accepted'), ('sending', 'failed'), ('sending', 'unknown'),
    ('sending', 'retry_wait'),
    ('retry_wait', 'queued'), ('retry_wait', 'sending'),
    ('retry_wait', 'failed'), ('retry_wait', 'needs_operator'),
    ('unknown', 'visible'), ('unknown', 'queued'), ('unknown', 'failed'),
    ('unknown', 'needs_operator'), ('unknown', 'accepted'),
    ('needs_operator', 'visible'), ('needs_operator', 'queued'),
    ('needs_operator', 'hand_posted'), ('needs_operator', 'abandoned'),
    ('accepted', 'visible'),
    ('failed', 'queued'), ('failed', 'hand_posted'), ('failed', 'abandoned'),
    ('quarantined', 'queued'), ('quarantined', 'visible'),
    ('quarantined', 'hand_posted'), ('quarantined', 'abandoned');
INSERT INTO move SELECT open.column1, gone.column1
    FROM (VALUES ('queued'), ('sending'), ('retry_wait'), ('unknown'),
                 ('needs_operator'), ('accepted')) AS open,
         (VALUES ('superseded'), ('cancelled'), ('expired'), ('quarantined'))
         AS gone;

-- Every state change of a delivery, as the audit log has it.
CREATE TEMP TABLE step AS
SELECT leaf, delivery, was, becomes,
       lag(becomes) OVER (PARTITION BY delivery ORDER BY leaf) AS before,
       lead(leaf) OVER (PARTITION BY delivery ORDER BY leaf) IS NULL AS last
FROM (SELECT leaf, json_extract(entry, '$.delivery') AS delivery,
             json_extract(entry, '$.from') AS was,
             json_extract(entry, '$.to') AS becomes
      FROM log WHERE type = 'delivery.state');

SELECT 'I1', 'accepted key without its alert: ' || k.key
FROM accepted_key k LEFT JOIN alert a ON a.idempotency_key = k.key
WHERE a.id IS NULL;

SELECT 'I1', 'key with several alerts: ' || idempotency_key
FROM alert GROUP BY idempotency_key HAVING count(*) > 1;

SELECT 'I2', 'refused key with an alert: ' || k.key
FROM refused_key k JOIN alert a ON a.idempotency_key = k.key;

SELECT 'I3', 'deliveries of ' || a.id || ': ' || count(d.id)
FROM alert a LEFT JOIN delivery d ON d.alert_id = a.id
WHERE a.released_at_ms > 0
GROUP BY a.id
HAVING count(d.id) <> (a.channels & 1) + (a.channels >> 1 & 1) +
                      (a.channels >> 2 & 1) + (a.channels >> 3 & 1)
    OR count(d.id) = 0;

SELECT 'I3', 'delivery without a released alert: ' || d.id
FROM delivery d JOIN alert a ON a.id = d.alert_id
WHERE a.released_at_ms = 0 AND d.state NOT IN ('queued', 'cancelled',
                                               'expired');

SELECT 'I4', 'still open: ' || d.id || ' ' || d.channel || ' ' || d.state
FROM delivery d JOIN alert a ON a.id = d.alert_id
WHERE (SELECT healed FROM world) AND a.released_at_ms > 0
  AND d.state IN ('queued', 'sending', 'retry_wait', 'unknown', 'accepted')
  AND NOT (d.channel = 'displays' AND d.state = 'accepted'
           AND d.detail = 'verdrängt'); -- waits for room on the screens

SELECT 'I5', 'effect without a delivery: ' || e.channel || ' ' || e.alert ||
             ' ' || e.id
FROM effect e LEFT JOIN delivery d
     ON d.alert_id = e.alert AND d.channel = e.channel
WHERE d.id IS NULL;

SELECT 'I5', 'effect before its attempt was written: ' || e.channel || ' ' ||
             e.alert
FROM effect e JOIN delivery d
     ON d.alert_id = e.alert AND d.channel = e.channel
WHERE d.first_attempt_at_ms = 0 OR e.at_ms + 1 < d.first_attempt_at_ms;

SELECT 'I6', 'twice: ' || channel || ' ' || alert
FROM effect GROUP BY channel, alert HAVING count(*) > 1;

SELECT 'I6', 'counts as published and is nowhere: ' || d.channel || ' ' ||
             d.alert_id
FROM delivery d LEFT JOIN effect e
     ON d.alert_id = e.alert AND d.channel = e.channel
WHERE (SELECT gateway FROM world) AND d.channel IN ('facebook', 'instagram')
  AND d.target NOT LIKE 'rehearsal:%' AND d.state IN ('accepted', 'visible')
  AND e.id IS NULL;

SELECT 'I14', 'accepted without evidence: ' || d.id || ' ' || d.channel
FROM delivery d
WHERE d.state IN ('accepted', 'visible')
  AND (d.accepted_at_ms = 0
       OR d.channel IN ('facebook', 'instagram') AND d.remote_id = '');

SELECT 'I14', 'evidence is not what the gateway gave: ' || d.remote_id
FROM delivery d JOIN effect e
     ON d.alert_id = e.alert AND d.channel = e.channel
WHERE d.state IN ('accepted', 'visible') AND d.remote_id <> e.id;

SELECT 'I14', 'visible before accepted: ' || d.id
FROM delivery d
WHERE d.state = 'visible'
  AND (d.visible_at_ms = 0 OR d.visible_at_ms < d.accepted_at_ms);

SELECT 'I16', 'not a legal move: ' || s.delivery || ' ' || s.was || ' -> ' ||
              s.becomes
FROM step s LEFT JOIN move m ON m.was = s.was AND m.becomes = s.becomes
WHERE m.was IS NULL;

SELECT 'I16', 'a move without a leaf: ' || delivery || ' was ' ||
              coalesce(before, 'queued') || ', the leaf says ' || was
FROM step WHERE was <> coalesce(before, 'queued');

SELECT 'I16', 'state without its leaf: ' || d.id || ' ' || d.state ||
              ', the log says ' || coalesce(s.becomes, 'queued')
FROM delivery d LEFT JOIN step s ON s.delivery = d.id AND s.last
WHERE d.state <> coalesce(s.becomes, 'queued');

SELECT 'I16', 'leaf of a delivery that is not there: ' || s.delivery
FROM step s LEFT JOIN delivery d ON d.id = s.delivery
WHERE d.id IS NULL;

SELECT 'I16', 'released without exactly one leaf: ' || a.id
FROM alert a
WHERE a.released_at_ms > 0
  AND (SELECT count(*) FROM log l
       WHERE l.type = 'alert.released'
         AND json_extract(l.entry, '$.alert') = a.id) <> 1;

SELECT 'I16', 'leaves that are missing in the log: ' || (next - n)
FROM (SELECT count(*) AS n, max(leaf) + 1 AS next FROM log) WHERE next <> n;

SELECT 'I21', integrity_check
FROM pragma_integrity_check WHERE integrity_check <> 'ok';

SELECT 'I21', 'foreign key of ' || "table" FROM pragma_foreign_key_check;
