// Command mutants counts the small changes of a package's code that its tests let pass, the kinds
// that gremlins makes: + for -, * for /, < for <=, < for >=, == for !=, ++ for --, a minus dropped.
//
//	go run . ROOT PACKAGE [regular expression of tests to try last]
//
// All changes are compiled into one test binary, each behind a switch (mutant schemata: Untch,
// Offutt and Harrold 1993), so that a package of hundreds takes minutes. Operators in constants and
// on strings are left alone. A change that no test notices in [limit] of processor time counts as
// noticed when the tests do not end.
package main
