// Package durable changes files so that a reader, and a crash at any moment, finds the old content
// or the whole new one.
//
// Every whole file that the program keeps, a run's, the user's cache's, goes through it. What is in
// the files, and where they lie, is the callers' business. Logs, which only grow, have no place here.
package durable
