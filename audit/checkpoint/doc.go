// Package checkpoint opens what PyTorch, NumPy and safetensors write, and finds the prototypes in it,
// whoever trained them. Begin with Open, File.Find and File.Read.
//
// Where a project keeps its prototypes is one line of the table in layouts.go; what has none to find
// is refused with the file that has them. Of a file no more is read than its table of contents and
// the tensors that are asked for, nothing that it asks for is run, and nothing is judged.
package checkpoint
