// Package remark makes footnotes of what was said of single cells: texts that differ in their numbers
// alone are one note, with the range of the numbers and with how many cells it is true of. Begin with
// Notes.
package remark
