// Package audit judges prototypes that were trained anywhere: it measures what package
// audit/checkpoint finds in files with the functions of package metrics, reads what package
// audit/logs finds in a training's log, and says in words what is wrong, by rules whose thresholds
// are stated. Begin with Audit.File.
//
// A rule of the verdict on prototypes stands in rules.go with what it rests on, one on logs in
// logrules.go. Nothing is trained or fetched here. What features are worth without prototypes is
// package audit/features' to say; pages and figures are package reports/verdicts'.
package audit
