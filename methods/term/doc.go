// Package term has the terms that losses are made of: functions that take nodes of a graph and
// return a node, with their gradients. The regularizers among them are declared in their own files
// and listed in [Declarations].
//
// Nothing here has state beyond a step or knows what its input stands for.
package term
