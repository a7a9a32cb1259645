BEGIN TRANSACTION;
CREATE TABLE alerts (
	alert_id TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	score_seq INTEGER, 
	score_id TEXT, 
	case_id TEXT, 
	account_id TEXT NOT NULL, 
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	rule_id TEXT NOT NULL, 
	level TEXT NOT NULL, 
	exchange TEXT, 
	contract TEXT, 
	trading_day VARCHAR(10) NOT NULL, 
	triggered_at VARCHAR(27) NOT NULL, 
	grade INTEGER, 
	baseline_grade INTEGER, 
	decided_by TEXT, 
	degraded BOOLEAN, 
	status TEXT NOT NULL, 
	outcome TEXT, 
	decided_at VARCHAR(27), 
	decided_by_person TEXT, 
	grade_shown INTEGER, 
	PRIMARY KEY (alert_id), 
	UNIQUE (seq), 
	UNIQUE (score_id)
);
INSERT INTO "alerts" VALUES('a0',1,2,'S-a0','C00000001','A1','account','A0','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',1,3,'least_expected_cost',0,'closed','educated','2026-03-02T02:00:07.000000Z','r',1);
INSERT INTO "alerts" VALUES('a1',3,4,'S-a1','C00000003','A1','account','A1','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',2,3,'least_expected_cost',0,'open',NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES('a2',5,6,'S-a2','C00000005','A1','account','A2','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',3,3,'least_expected_cost',0,'open',NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES('a3',7,8,'S-a3','C00000001','A1','account','A0','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',4,3,'least_expected_cost',0,'closed','educated','2026-03-02T02:00:07.000000Z','r',1);
INSERT INTO "alerts" VALUES('a4',9,10,'S-a4','C00000003','A1','account','A1','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',5,3,'least_expected_cost',1,'open',NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES('a5',11,12,'S-a5','C00000005','A1','account','A2','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',1,3,'least_expected_cost',0,'open',NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES('h',14,NULL,NULL,NULL,'A1','account','A1','self_trade','breach','SHFE','cu2605','2026-03-02','2026-03-02T02:00:00Z',NULL,NULL,NULL,NULL,'closed','referred','2026-01-05T00:00:00.000000Z','r',NULL);
CREATE TABLE api_keys (
	key_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	revoked BOOLEAN NOT NULL, 
	PRIMARY KEY (key_id), 
	UNIQUE (sha256)
);
INSERT INTO "api_keys" VALUES('Kd939322ea2c2','monitor','scorer','d939322ea2c279296c614db841eccd0c70668087da7989ea2fd0b9ebb7b937c7',1);
INSERT INTO "api_keys" VALUES('K9332bb979862','desk','reviewer','9332bb979862d6227a98f69e4bd106bdea75fed2bb7d3034b9edfaa0dc7156cb',0);
CREATE TABLE cases (
	case_id TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	subject_type TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	account_id TEXT NOT NULL, 
	grade INTEGER, 
	first_day VARCHAR(10) NOT NULL, 
	last_day VARCHAR(10) NOT NULL, 
	alerts INTEGER NOT NULL, 
	status TEXT NOT NULL, 
	outcome TEXT, 
	decided_at VARCHAR(27), 
	decided_by_person TEXT, 
	grade_shown INTEGER, 
	PRIMARY KEY (case_id), 
	UNIQUE (seq)
);
INSERT INTO "cases" VALUES('C00000001',1,'account','A0','A1',1,'2026-03-02','2026-03-02',2,'closed','educated','2026-03-02T02:00:07.000000Z','r',1);
INSERT INTO "cases" VALUES('C00000003',3,'account','A1','A1',2,'2026-03-02','2026-03-02',2,'open',NULL,NULL,NULL,NULL);
INSERT INTO "cases" VALUES('C00000005',5,'account','A2','A1',1,'2026-03-02','2026-03-02',2,'open',NULL,NULL,NULL,NULL);
CREATE TABLE entries (
	seq INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	"key" TEXT NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	payload TEXT NOT NULL, 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (kind, "key")
);
INSERT INTO "entries" VALUES(1,'alert','a0','2026-03-02T02:00:01.000000Z','{"case_id":"C00000001","origin":"service","trigger":{"account_id":"A1","alert_id":"a0","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A0","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','0000000000000000000000000000000000000000000000000000000000000000','11ad5de6d1c4e677d1b6306aea1454af3a2fd13e1a37922289f3b5ae9fcb37ee');
INSERT INTO "entries" VALUES(2,'score','S-a0','2026-03-02T02:00:01.000000Z','{"alert_id":"a0","answer":{"alert_id":"a0","baseline":{"decided_by_alert":"a0","grade":3},"decided_by":{"anomaly":null,"classifier":2,"policy_clause":"least_expected_cost","rules":3},"degraded":[],"grade":1,"score_id":"S-a0"},"evidence":{"features":{"orders_5d":null}}}','11ad5de6d1c4e677d1b6306aea1454af3a2fd13e1a37922289f3b5ae9fcb37ee','fc856d294999e1665e46c48c07db9ba17171de2b5f6e37de8bb8ed63ff2783ad');
INSERT INTO "entries" VALUES(3,'alert','a1','2026-03-02T02:00:02.000000Z','{"case_id":"C00000003","origin":"service","trigger":{"account_id":"A1","alert_id":"a1","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A1","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','fc856d294999e1665e46c48c07db9ba17171de2b5f6e37de8bb8ed63ff2783ad','990f43e7a11c75e5878045a8a5942f827b191c4e3088d84b697622f9d0366ac5');
INSERT INTO "entries" VALUES(4,'score','S-a1','2026-03-02T02:00:02.000000Z','{"alert_id":"a1","answer":{"alert_id":"a1","baseline":{"decided_by_alert":"a1","grade":3},"decided_by":{"anomaly":null,"classifier":2,"policy_clause":"least_expected_cost","rules":3},"degraded":[],"grade":2,"score_id":"S-a1"},"evidence":{"features":{"orders_5d":null}}}','990f43e7a11c75e5878045a8a5942f827b191c4e3088d84b697622f9d0366ac5','c80deaa4a4d8bb36c0d466b91a9afca5ecfbae2cb65f453fa351e229a8991536');
INSERT INTO "entries" VALUES(5,'alert','a2','2026-03-02T02:00:03.000000Z','{"case_id":"C00000005","origin":"service","trigger":{"account_id":"A1","alert_id":"a2","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A2","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','c80deaa4a4d8bb36c0d466b91a9afca5ecfbae2cb65f453fa351e229a8991536','0497049450d5b22cb9f355fc15092572f07b6c0c400652f962ca5295f8cdf71c');
INSERT INTO "entries" VALUES(6,'score','S-a2','2026-03-02T02:00:03.000000Z','{"alert_id":"a2","answer":{"alert_id":"a2","baseline":{"decided_by_alert":"a2","grade":3},"decided_by":{"anomaly":null,"classifier":2,"policy_clause":"least_expected_cost","rules":3},"degraded":[],"grade":3,"score_id":"S-a2"},"evidence":{"features":{"orders_5d":null}}}','0497049450d5b22cb9f355fc15092572f07b6c0c400652f962ca5295f8cdf71c','ab3b76d7c6fc3d2ad20b9e9a02eda6eb657b1b78a14511149a4be2925b9b9f06');
INSERT INTO "entries" VALUES(7,'alert','a3','2026-03-02T02:00:04.000000Z','{"case_id":"C00000001","origin":"service","trigger":{"account_id":"A1","alert_id":"a3","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A0","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','ab3b76d7c6fc3d2ad20b9e9a02eda6eb657b1b78a14511149a4be2925b9b9f06','a4d32e7c9cd8a22f815084d4bbb9511d9577c1aa7e8d17187b45074139aec996');
INSERT INTO "entries" VALUES(8,'score','S-a3','2026-03-02T02:00:04.000000Z','{"alert_id":"a3","answer":{"alert_id":"a3","baseline":{"decided_by_alert":"a3","grade":3},"decided_by":{"anomaly":null,"classifier":2,"policy_clause":"least_expected_cost","rules":3},"degraded":[],"grade":4,"score_id":"S-a3"},"evidence":{"features":{"orders_5d":null}}}','a4d32e7c9cd8a22f815084d4bbb9511d9577c1aa7e8d17187b45074139aec996','12f87aeca3a69ad41e0e2ae42f6c46c7c22d1d79e7446ac5402f10124417b759');
INSERT INTO "entries" VALUES(9,'alert','a4','2026-03-02T02:00:05.000000Z','{"case_id":"C00000003","origin":"service","trigger":{"account_id":"A1","alert_id":"a4","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A1","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','12f87aeca3a69ad41e0e2ae42f6c46c7c22d1d79e7446ac5402f10124417b759','8767820ce918737b541e2e507fb72cbd9b62ad3c3df383bc3448c676821d9c2a');
INSERT INTO "entries" VALUES(10,'score','S-a4','2026-03-02T02:00:05.000000Z','{"alert_id":"a4","answer":{"alert_id":"a4","baseline":{"decided_by_alert":"a4","grade":3},"decided_by":{"anomaly":null,"classifier":2,"policy_clause":"least_expected_cost","rules":3},"degraded":["model_missing: 缺"],"grade":5,"score_id":"S-a4"},"evidence":{"features":{"orders_5d":null}}}','8767820ce918737b541e2e507fb72cbd9b62ad3c3df383bc3448c676821d9c2a','e8c203b0e977343e5c7c8eb6dce16c5a071de958c09c02ba9e271843a5c73277');
INSERT INTO "entries" VALUES(11,'alert','a5','2026-03-02T02:00:06.000000Z','{"case_id":"C00000005","origin":"service","trigger":{"account_id":"A1","alert_id":"a5","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A2","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','e8c203b0e977343e5c7c8eb6dce16c5a071de958c09c02ba9e271843a5c73277','34c73f0e8553bcd1bfd5bf4b9e5a449e715bd51f5f38703ad2bb322f4ec64721');
INSERT INTO "entries" VALUES(12,'score','S-a5','2026-03-02T02:00:06.000000Z','{"alert_id":"a5","answer":{"alert_id":"a5","baseline":{"decided_by_alert":"a5","grade":3},"decided_by":{"anomaly":null,"classifier":2,"policy_clause":"least_expected_cost","rules":3},"degraded":[],"grade":1,"score_id":"S-a5"},"evidence":{"features":{"orders_5d":null}}}','34c73f0e8553bcd1bfd5bf4b9e5a449e715bd51f5f38703ad2bb322f4ec64721','a4aba910af7c0b386f1633d0f860bf917502f1dd4d18fd0e7b4eef08a54bc5c1');
INSERT INTO "entries" VALUES(13,'disposition','case:C00000001','2026-03-02T02:00:07.000000Z','{"case_id":"C00000001","conclusion":"x","decided_by":"r","grade_shown":1,"note":"说明 it''s","outcome":"educated"}','a4aba910af7c0b386f1633d0f860bf917502f1dd4d18fd0e7b4eef08a54bc5c1','462c6df2557713212fa2516d0cc12df26962bff9cb452c734ce9a00a40d5b97f');
INSERT INTO "entries" VALUES(14,'alert','h','2026-03-02T02:00:08.000000Z','{"case_id":null,"origin":"import","trigger":{"account_id":"A1","alert_id":"h","contract":"cu2605","evidence":null,"exchange":"SHFE","level":"breach","measured":5.0,"occurrence":1,"parameters_version":null,"rule_id":"self_trade","subject_id":"A1","subject_type":"account","threshold":5.0,"trading_day":"2026-03-02","triggered_at":"2026-03-02T02:00:00Z"}}','462c6df2557713212fa2516d0cc12df26962bff9cb452c734ce9a00a40d5b97f','eecf6cd27c12ce9028178e3e359769f506d9eaaeffa086f527a2450451e7b2a1');
INSERT INTO "entries" VALUES(15,'disposition','alert:h','2026-03-02T02:00:08.000000Z','{"alert_id":"h","case_id":null,"decided_at":"2026-01-05T00:00:00.000000Z","decided_by":"r","grade_shown":null,"note":null,"outcome":"referred"}','eecf6cd27c12ce9028178e3e359769f506d9eaaeffa086f527a2450451e7b2a1','c9dcced8ce055198164d1e82eb64c2957721ee65eca307d3f872b79192988c5e');
INSERT INTO "entries" VALUES(16,'key','Kd939322ea2c2','2026-03-02T02:00:09.000000Z','{"key_id":"Kd939322ea2c2","name":"monitor","role":"scorer","sha256":"d939322ea2c279296c614db841eccd0c70668087da7989ea2fd0b9ebb7b937c7"}','c9dcced8ce055198164d1e82eb64c2957721ee65eca307d3f872b79192988c5e','2d5a5582a92d9bd9891f7d5f55bca436f09e3be99e32e4a0068f705b9b36d3b8');
INSERT INTO "entries" VALUES(17,'key_revoked','Kd939322ea2c2','2026-03-02T02:00:10.000000Z','{"key_id":"Kd939322ea2c2"}','2d5a5582a92d9bd9891f7d5f55bca436f09e3be99e32e4a0068f705b9b36d3b8','1916d42ac3b8f008b30dbf2721a63c337a36d5a72f3b58cbecd3b95625712431');
INSERT INTO "entries" VALUES(18,'key','K9332bb979862','2026-03-02T02:00:11.000000Z','{"key_id":"K9332bb979862","name":"desk","role":"reviewer","sha256":"9332bb979862d6227a98f69e4bd106bdea75fed2bb7d3034b9edfaa0dc7156cb"}','1916d42ac3b8f008b30dbf2721a63c337a36d5a72f3b58cbecd3b95625712431','fe30dfa755ddfc6f187e2c08336793fc422f41505755831e064e7160379d8d7e');
INSERT INTO "entries" VALUES(19,'promotion','v1','2026-03-02T02:00:12.000000Z','{"approver":"governor"}','fe30dfa755ddfc6f187e2c08336793fc422f41505755831e064e7160379d8d7e','41a8e4c8c7d096e3af4f9282c3cbe76153f5fe3c14e28635f22fde551501020d');
CREATE TABLE head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,19,'41a8e4c8c7d096e3af4f9282c3cbe76153f5fe3c14e28635f22fde551501020d');
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE INDEX alerts_of_subject ON alerts (subject_id, trading_day);
CREATE INDEX alerts_of_case ON alerts (case_id);
CREATE INDEX alerts_by_grade ON alerts (grade, seq);
CREATE INDEX alerts_decided ON alerts (decided_at);
CREATE INDEX alerts_of_account ON alerts (account_id, trading_day);
CREATE INDEX cases_by_grade ON cases (status, grade, seq);
CREATE INDEX cases_of_subject ON cases (subject_id, status);
COMMIT;
