// Package results has the verbs that read what runs left: their report, claims, comparisons, rankings
// and relations, pages for a browser, and what cells give to other programs. Begin with Report.
//
// Nothing is trained here, and nothing that a report says is worked out here; package reports does.
package results
