// Package quantity is how tables write a metric: its heading and unit, which interval its values
// have over seeds, and with how many decimals.
//
// It knows metrics and estimates. Which runs a value is of, and in which table it stands, is package
// reports'.
package quantity
