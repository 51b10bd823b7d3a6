package cli

const glossaryPage = "docs/glossary.md"
