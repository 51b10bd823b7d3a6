// Package scalars hands a cell's curves to other tools: what it logged while training, what was
// measured on the way, and its result, as points in the formats CSV, JSON lines and TensorBoard's.
//
// Values are those of the cell's files, in their units, not the percentages of tables.
package scalars
