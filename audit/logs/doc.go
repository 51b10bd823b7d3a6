// Package logs reads what trainings wrote of themselves, anyone's: lines of JSON, tables of CSV and
// TensorBoard's events become curves, of the quantities that bear on collapse alone. Begin with
// Read.
//
// What a curve means is package audit's to say; nothing is judged here.
package logs
