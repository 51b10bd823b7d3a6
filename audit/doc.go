// Package audit judges prototypes that were trained anywhere: it measures what package
// audit/checkpoint finds in files with package metrics, reads what package audit/logs finds in a
// training's log, and says in words what is wrong, by rules whose thresholds are stated. Begin with
// Audit.File.
//
// A rule of the verdict on prototypes stands in rules.go with what it rests on, one on logs in
// logrules.go. Nothing is trained or fetched here. Features without prototypes are package audit/probe's,
// pages and figures package reports/verdicts'.
package audit
