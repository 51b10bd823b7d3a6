// Package fetch brings the official files of data sets into their folders: it goes on where an
// earlier try broke off, and gives a file its name when its checksum is right. Which files a set
// has is said by its reader in package datasets.
package fetch
