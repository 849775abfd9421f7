metadata description = 'The names of what the app measures and the alerts and the workbook read. Stated here only.'

@export()
@description('Instruments of the app\'s meter, as they arrive in AppMetrics.Name.')
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
  // Counter: runs of the reconciliation over a vendor, by vendor and status; Complete is the good one.
  reconciliationFinished: 'optout.reconciliation.finished'
  // Gauge, each night: what was altered or missing in the ledgers and their anchors, by kind, noughts too.
  ledgerMismatches: 'optout.ledger.mismatches'
}

@export()
@description('Their dimensions, as they arrive in AppMetrics.Properties.')
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
