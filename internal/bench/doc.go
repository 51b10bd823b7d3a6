// Package bench measures how fast this machine trains, evaluates and augments, and how cost grows:
// the verb bench of the command line. What it measures it takes from the packages that do the work;
// how these compare with other programs is in docs/performance.md. It knows nothing of the other
// verbs: what it needs of the program is its Host.
package bench
