// Package data is the verb on data sets: what can be fetched, fetching it, what is in a set, and what
// it looks like. Begin with Command.
package data
