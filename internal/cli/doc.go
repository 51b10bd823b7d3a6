// Package cli is the command line: verbs, flags, progress and exit codes.
//
// What may not enter: anything that decides a number, or that another program
// would want to call; it belongs in the packages below.
package cli
