// Package selection reads expressions that select runs: "method:swav* seed:0 OR
// loss.temperature:0.2 -learner:frozen". A space is AND and binds stronger than OR, a leading minus
// is NOT, a star in a value stands for any text, and a value with spaces stands in quotes, as in
// method:"my arm".
//
// It knows no key: whoever reads an expression says which there are and what a run has for them.
package selection
