CREATE TABLE `activations` (
	`digest` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`model` text NOT NULL,
	`corpus` text NOT NULL,
	`hook` text NOT NULL,
	`dtype` text NOT NULL,
	`d_model` integer NOT NULL,
	`tokens` integer NOT NULL,
	`shards` integer NOT NULL,
	`mean_norm` real,
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model`) REFERENCES `model`(`digest`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`corpus`) REFERENCES `corpus`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `artifact` (
	`digest` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text,
	`bytes` integer NOT NULL,
	`provenance` text NOT NULL,
	`job` text,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `artifact_created` ON `artifact` (`created_at`);--> statement-breakpoint
CREATE INDEX `artifact_kind` ON `artifact` (`kind`,`created_at`);--> statement-breakpoint
CREATE TABLE `artifact_file` (
	`digest` text NOT NULL,
	`path` text NOT NULL,
	`size` integer NOT NULL,
	`sha256` text NOT NULL,
	PRIMARY KEY(`digest`, `path`),
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `artifact_parent` (
	`digest` text NOT NULL,
	`parent` text NOT NULL,
	PRIMARY KEY(`digest`, `parent`),
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`parent`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `artifact_parent_parent` ON `artifact_parent` (`parent`);--> statement-breakpoint
CREATE TABLE `corpus` (
	`digest` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`model` text,
	`source` text NOT NULL,
	`tokens` integer NOT NULL,
	`rows` integer NOT NULL,
	`documents` integer NOT NULL,
	`context_length` integer NOT NULL,
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model`) REFERENCES `model`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `dictionary` (
	`digest` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`architecture` text NOT NULL,
	`d` integer NOT NULL,
	`n` integer NOT NULL,
	`k` integer,
	`hook` text,
	`model` text,
	`activations` text,
	`scores` text,
	`trained_tokens` integer,
	`seed` integer,
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model`) REFERENCES `model`(`digest`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`activations`) REFERENCES `activations`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `feature` (
	`feature_index` text NOT NULL,
	`index` integer NOT NULL,
	`density` real NOT NULL,
	`max_activation` real NOT NULL,
	`mean_activation` real NOT NULL,
	`decoder_norm` real NOT NULL,
	`top_tokens` text NOT NULL,
	PRIMARY KEY(`feature_index`, `index`),
	FOREIGN KEY (`feature_index`) REFERENCES `feature_index`(`digest`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `feature_index` (
	`digest` text PRIMARY KEY NOT NULL,
	`dictionary` text NOT NULL,
	`activations` text NOT NULL,
	`model` text,
	`features` integer NOT NULL,
	`tokens` integer NOT NULL,
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`dictionary`) REFERENCES `dictionary`(`digest`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`activations`) REFERENCES `activations`(`digest`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`model`) REFERENCES `model`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `feature_index_dictionary` ON `feature_index` (`dictionary`);--> statement-breakpoint
CREATE TABLE `feature_label` (
	`dictionary` text NOT NULL,
	`index` integer NOT NULL,
	`label` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`dictionary`, `index`),
	FOREIGN KEY (`dictionary`) REFERENCES `dictionary`(`digest`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `lab` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `model` (
	`digest` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`family` text NOT NULL,
	`parameters` integer NOT NULL,
	`config` text NOT NULL,
	`hook_points` text NOT NULL,
	`card` text,
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `vector` (
	`digest` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`model` text NOT NULL,
	`hook` text NOT NULL,
	`method` text NOT NULL,
	`d` integer NOT NULL,
	`norm` real NOT NULL,
	FOREIGN KEY (`digest`) REFERENCES `artifact`(`digest`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model`) REFERENCES `model`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `claim` (
	`id` text PRIMARY KEY NOT NULL,
	`study` text NOT NULL,
	`baseline_run` text NOT NULL,
	`steered_run` text NOT NULL,
	`statement` text NOT NULL,
	`status` text NOT NULL,
	`dictionary` text NOT NULL,
	`feature` integer NOT NULL,
	`intervention` text NOT NULL,
	`intervention_hash` text NOT NULL,
	`task` text NOT NULL,
	`metric` text NOT NULL,
	`dose` real NOT NULL,
	`estimate` real NOT NULL,
	`lo` real NOT NULL,
	`hi` real NOT NULL,
	`p` real NOT NULL,
	`q` real NOT NULL,
	`n` integer NOT NULL,
	`clusters` integer NOT NULL,
	`family_size` integer NOT NULL,
	`norm_ratio` real NOT NULL,
	`perplexity_ratio` real NOT NULL,
	`kl` real NOT NULL,
	`rate_baseline` text NOT NULL,
	`rate_steered` text NOT NULL,
	`anti_steerable` text NOT NULL,
	`standardised` real NOT NULL,
	`minimum_detectable` real NOT NULL,
	`specificity` text NOT NULL,
	`controls` text NOT NULL,
	`reasons` text NOT NULL,
	`side_effects` text NOT NULL,
	`hook` text NOT NULL,
	`estimator_version` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`study`) REFERENCES `study`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`baseline_run`) REFERENCES `run`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`steered_run`) REFERENCES `run`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`dictionary`) REFERENCES `dictionary`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `claim_created` ON `claim` (`created_at`);--> statement-breakpoint
CREATE INDEX `claim_study` ON `claim` (`study`);--> statement-breakpoint
CREATE INDEX `claim_feature` ON `claim` (`dictionary`,`feature`);--> statement-breakpoint
CREATE TABLE `effect` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`study` text NOT NULL,
	`run` text NOT NULL,
	`baseline_run` text NOT NULL,
	`task` text NOT NULL,
	`metric` text NOT NULL,
	`condition` text NOT NULL,
	`kind` text NOT NULL,
	`feature` integer,
	`dose` real NOT NULL,
	`intervention` text NOT NULL,
	`n` integer NOT NULL,
	`clusters` integer NOT NULL,
	`estimate` real NOT NULL,
	`se` real NOT NULL,
	`lo` real NOT NULL,
	`hi` real NOT NULL,
	`p` real NOT NULL,
	`q` real,
	`rate_baseline` real NOT NULL,
	`rate_steered` real NOT NULL,
	`perplexity_ratio` real,
	`norm_ratio` real,
	`kl` real,
	`method` text NOT NULL,
	`estimator_version` text NOT NULL,
	FOREIGN KEY (`study`) REFERENCES `study`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run`) REFERENCES `run`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`baseline_run`) REFERENCES `run`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `effect_run` ON `effect` (`study`,`run`,`metric`);--> statement-breakpoint
CREATE TABLE `eval_item` (
	`id` text PRIMARY KEY NOT NULL,
	`task` text NOT NULL,
	`cluster` text NOT NULL,
	`prompt` text NOT NULL,
	`choices` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `eval_task` (
	`name` text NOT NULL,
	`version` text NOT NULL,
	`description` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`name`, `version`)
);
--> statement-breakpoint
CREATE TABLE `intervention` (
	`hash` text PRIMARY KEY NOT NULL,
	`name` text,
	`body` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `item_reply` (
	`run` text NOT NULL,
	`item` text NOT NULL,
	`replicate` integer DEFAULT 0 NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`run`, `item`, `replicate`),
	FOREIGN KEY (`run`) REFERENCES `run`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `item_result` (
	`run` text NOT NULL,
	`item` text NOT NULL,
	`replicate` integer DEFAULT 0 NOT NULL,
	`position` integer NOT NULL,
	`split` text NOT NULL,
	`gold` text NOT NULL,
	`choice_log_probs` text NOT NULL,
	`margin` real NOT NULL,
	`correct` real NOT NULL,
	PRIMARY KEY(`run`, `item`, `replicate`),
	FOREIGN KEY (`run`) REFERENCES `run`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`item`) REFERENCES `eval_item`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `item_result_item` ON `item_result` (`item`);--> statement-breakpoint
CREATE TABLE `run` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`task` text NOT NULL,
	`task_version` text,
	`model` text NOT NULL,
	`intervention` text,
	`condition` text,
	`scoring` text NOT NULL,
	`seed` integer NOT NULL,
	`status` text NOT NULL,
	`metrics` text NOT NULL,
	`figures` text NOT NULL,
	`n` integer NOT NULL,
	`study` text,
	`job` text,
	`experiment` text,
	`created_at` text NOT NULL,
	FOREIGN KEY (`model`) REFERENCES `model`(`digest`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`intervention`) REFERENCES `intervention`(`hash`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`study`) REFERENCES `study`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`experiment`) REFERENCES `experiment`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `run_key` ON `run` (`key`);--> statement-breakpoint
CREATE INDEX `run_study` ON `run` (`study`);--> statement-breakpoint
CREATE INDEX `run_created` ON `run` (`created_at`);--> statement-breakpoint
CREATE TABLE `study` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hypothesis` text NOT NULL,
	`task` text NOT NULL,
	`plan` text NOT NULL,
	`frozen_hash` text,
	`frozen_at` text,
	`status` text NOT NULL,
	`stages` text NOT NULL,
	`candidates` text NOT NULL,
	`job` text,
	`experiment` text,
	`created_at` text NOT NULL,
	FOREIGN KEY (`experiment`) REFERENCES `experiment`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `event` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job` text NOT NULL,
	`type` text NOT NULL,
	`payload` text NOT NULL,
	`at` text NOT NULL,
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `event_job` ON `event` (`job`,`type`,`seq`);--> statement-breakpoint
CREATE TABLE `experiment` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`config` text NOT NULL,
	`status` text NOT NULL,
	`created_at` text NOT NULL,
	`finished_at` text
);
--> statement-breakpoint
CREATE INDEX `experiment_created` ON `experiment` (`created_at`);--> statement-breakpoint
CREATE TABLE `job` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`spec` text NOT NULL,
	`spec_hash` text NOT NULL,
	`idempotency_key` text,
	`experiment` text,
	`progress` text,
	`result` text,
	`error` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`crashes` integer DEFAULT 0 NOT NULL,
	`cancel_requested_at` integer,
	`lease_owner` text,
	`lease_until` integer,
	`created_at` text NOT NULL,
	`started_at` text,
	`finished_at` text,
	FOREIGN KEY (`experiment`) REFERENCES `experiment`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_idempotency` ON `job` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `job_status` ON `job` (`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `job_created` ON `job` (`created_at`);--> statement-breakpoint
CREATE INDEX `job_experiment` ON `job` (`experiment`);--> statement-breakpoint
CREATE TABLE `metric_point` (
	`job` text NOT NULL,
	`name` text NOT NULL,
	`step` real NOT NULL,
	`value` real NOT NULL,
	PRIMARY KEY(`job`, `name`, `step`),
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `note` (
	`subject_kind` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`subject_kind`, `subject`)
);
--> statement-breakpoint
CREATE TABLE `tag` (
	`subject_kind` text NOT NULL,
	`subject` text NOT NULL,
	`tag` text NOT NULL,
	PRIMARY KEY(`subject_kind`, `subject`, `tag`)
);
