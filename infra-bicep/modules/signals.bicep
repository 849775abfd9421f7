metadata description = 'The names of the metrics that the app sends and that the alerts and the workbook read. They are defined only here.'

@export()
@description('The instruments of the app\'s meter, as they appear in AppMetrics.Name.')
var metrics = {
  // Counter: changes recorded, by source and decision.
  changesRecorded: 'optout.changes.recorded'
  // Histogram in seconds: from the moment of the change to the last vendor's confirmation, by vendor and channel.
  stopDuration: 'optout.stop.duration'
  // Counter: what vendors answered, by vendor and outcome.
  vendorOutcomes: 'optout.vendor.outcomes'
  // Counter: differences found by reconciliation, by vendor and direction.
  driftFound: 'optout.drift.found'
  // Gauge: changes waiting in the outbox.
  outboxDepth: 'optout.outbox.depth'
  // Gauge: dead letters, by subscription and reason.
  deadLetters: 'optout.deadletters.count'
  // Counter: reconciliation runs, by vendor and status; Complete is the good one.
  reconciliationFinished: 'optout.reconciliation.finished'
  // Counter: backups of the tables, by status; Complete is the good one.
  backupFinished: 'optout.backup.finished'
  // Gauge, each night: what was altered or missing in the ledgers and their anchors, by kind, zeros included.
  ledgerMismatches: 'optout.ledger.mismatches'
}

@export()
@description('Their dimensions, as they appear in AppMetrics.Properties.')
var dimensions = {
  source: 'source'
  vendor: 'vendor'
  outcome: 'outcome'
  channel: 'channel'
  subscription: 'subscription'
  reason: 'reason'
  status: 'status'
  kind: 'kind'
}
