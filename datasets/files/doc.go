// Package files is where the files of a data set lie and how they are read: a folder or an archive
// that nothing leads out of ([Location], [Source]), and arrays of numbers in NumPy's and MNIST's
// formats ([Array]).
//
// All that is read here is foreign. Sizes are held against the file's and against free memory
// before anything is allocated, and every error names the file, what was found and what to do. What
// arrays and names mean to a set of images is decided in package datasets.
package files
