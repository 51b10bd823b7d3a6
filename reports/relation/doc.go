// Package relation asks how two metrics go together over the finished cells of any number of run
// directories, apart at each level: over all cells, between arms, between the arms of one objective
// and sweep, and within arms, from seed to seed. A correlation over all cells can have the other
// sign than the one within arms (Simpson 1951), so that no level stands for another.
//
// It reads results and computes nothing anew.
package relation
