// Package heap decides when the program's garbage is collected: early while cells train, late while
// results are read, and harder near a limit on the process. Begin with Early.
//
// GOGC and GOMEMLIMIT stand as the user sets them.
package heap
