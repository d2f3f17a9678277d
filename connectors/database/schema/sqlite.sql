-- Staging tables between an office system and Truc, version 1, for SQLite.
-- Run it once in the office's own database file: sqlite3 FILE < sqlite.sql

-- Which version of these tables this is.
CREATE TABLE truc_version (
  version integer PRIMARY KEY,
  made_at text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- What came, one row for each item. The connector adds rows; the office sets state to 'taken' and deletes none that is
-- younger than 90 days, so that an item that is handed over again is known.
CREATE TABLE truc_incoming (
  item_id text PRIMARY KEY,                             -- the same however often it is handed over
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'taken')),
  received_at text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  package_id text NOT NULL,                             -- the hub's id of it
  kind text NOT NULL,                                   -- new | recall | update | replacement | status
  document_id text NOT NULL,                            -- mã văn bản; of a status: of the document it speaks about
  document_key text NOT NULL,                           -- the same, as it is compared
  from_code text NOT NULL,                              -- mã định danh nơi gửi
  from_name text NOT NULL,
  number text NOT NULL,                                 -- số
  notation text NOT NULL,                               -- ký hiệu
  document_date text NOT NULL,                          -- ngày ban hành, yyyy-mm-dd
  type_name text NOT NULL,
  subject text NOT NULL,                                -- trích yếu
  signer_position text NOT NULL,
  signer_name text NOT NULL,
  urgency integer NOT NULL,                             -- 0 thường … 4 hỏa tốc hẹn giờ
  due_date text NOT NULL,                               -- hạn trả lời
  status_code text NOT NULL,                            -- of a status: 01 … 16
  description text NOT NULL,                            -- of a status: its text; of a recall or update: the reason
  arrival_number text NOT NULL,                         -- of a status 03: số đến at the other side
  arrival_date text NOT NULL,
  note text NOT NULL,                                   -- for people: what a recall, update or status is about
  form text NOT NULL,                                   -- everything that is known of it, JSON
  sha256 text NOT NULL,                                 -- of package
  package blob NOT NULL                                -- the sender's bytes, edXML
);

CREATE INDEX truc_incoming_state ON truc_incoming (state, received_at);

CREATE INDEX truc_incoming_document ON truc_incoming (document_key);

-- The files of what came, in the order of the package (n from 0).
CREATE TABLE truc_incoming_files (
  item_id text NOT NULL,
  n integer NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,                                   -- pdf, docx, … by content
  content blob NOT NULL,
  PRIMARY KEY (item_id, n)
);

-- What is to be sent: a form with files, or a package. The office adds rows, files first or all in one transaction.
CREATE TABLE truc_outgoing (
  office_key text PRIMARY KEY,                          -- the office's own: a document is sent once
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'sent', 'refused')),
  created_at text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  form text,                                            -- JSON, see the forms in the README
  package blob,                                        -- or edXML bytes
  answered_at text,                              -- the rest is written by the connector
  sha256 text,
  package_id text,
  document_id text,
  receipt text,                                         -- biên nhận, JWS
  reason_code text,
  reason text,                                          -- why it was refused and what to do, Vietnamese
  reason_en text,
  CHECK ((form IS NULL) <> (package IS NULL))
);

CREATE INDEX truc_outgoing_state ON truc_outgoing (state, created_at);

-- The files of a form, in the order of the package.
CREATE TABLE truc_outgoing_files (
  office_key text NOT NULL,
  n integer NOT NULL,
  name text NOT NULL,
  content blob NOT NULL,
  PRIMARY KEY (office_key, n)
);

-- What the office says of documents that came (03, 02, 06, …) or wants back (13).
CREATE TABLE truc_status_out (
  id integer PRIMARY KEY AUTOINCREMENT,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'sent', 'refused')),
  created_at text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  item_id text NOT NULL DEFAULT '',                     -- of truc_incoming; or document_id
  document_id text NOT NULL DEFAULT '',
  from_code text NOT NULL DEFAULT '',                   -- who answers
  to_code text NOT NULL DEFAULT '',                     -- who is told; empty: who had sent the document
  code text NOT NULL DEFAULT '',                        -- 01 … 06, 13, 15, 16
  reason_code text NOT NULL DEFAULT '',                 -- of 02
  description text NOT NULL DEFAULT '',                 -- the reason of 02 and 13
  arrival_number text NOT NULL DEFAULT '',              -- of 03, số đến
  arrival_date text NOT NULL DEFAULT '',                -- of 03, ngày đến, yyyy-mm-dd
  staff text NOT NULL DEFAULT '',                       -- who did it
  destroyed integer NOT NULL DEFAULT 0,                 -- 1 with code 15: the recalled copy is destroyed
  package blob,                                         -- or, in place of all these, an edXML status
  answered_at text,                              -- the rest is written by the connector
  sha256 text,
  receipt text,
  reject_code text,
  reason text,
  reason_en text,
  CHECK (package IS NOT NULL OR (from_code <> '' AND code <> ''))
);

CREATE INDEX truc_status_out_state ON truc_status_out (state, id);

INSERT INTO truc_version (version) VALUES (1);
