// Package wording puts numbers into words, the same everywhere that the program speaks to people.
// It knows English and nothing of the subject.
package wording
