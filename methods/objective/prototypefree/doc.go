// Package prototypefree has the objectives without prototypes, the controls of all others: images are
// told apart by past embeddings in the prototypes' place (massl.go) or by some of them with their
// nearest others (sop.go), or embeddings are held to a distribution (lejepa.go). Begin at massl.go;
// nothing.go is what the latter two leave out.
package prototypefree
