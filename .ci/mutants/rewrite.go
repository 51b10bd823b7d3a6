package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one change: what is done, and where.
type mutant struct{ kind, at string }

// rewriter renders the files of a package with every change behind a switch.
type rewriter struct {
	fset    *token.FileSet
	info    *types.Info
	source  []byte          // of the file that is rendered
	names   types.Qualifier // of packages in that file
	mutants []mutant
}

// others are the operators that stand for an operator, with the kind of each change.
func others(op token.Token) map[string]token.Token {
	table := map[token.Token]map[string]token.Token{
		token.ADD: {"arithmetic": token.SUB}, token.SUB: {"arithmetic": token.ADD},
		token.MUL: {"arithmetic": token.QUO}, token.QUO: {"arithmetic": token.MUL}, token.REM: {"arithmetic": token.MUL},
		token.LSS: {"boundary": token.LEQ, "negation": token.GEQ}, token.LEQ: {"boundary": token.LSS, "negation": token.GTR},
		token.GTR: {"boundary": token.GEQ, "negation": token.LEQ}, token.GEQ: {"boundary": token.GTR, "negation": token.LSS},
		token.EQL: {"negation": token.NEQ}, token.NEQ: {"negation": token.EQL},
	}
	return table[op]
}

// file renders a whole file.
func (r *rewriter) file(f *ast.File) string { return r.between(f, f.FileStart, f.FileEnd) }

// render gives the text of a node with the changes inside it.
func (r *rewriter) render(n ast.Node) string {
	if r.changes(n) {
		return r.switched(n)
	}
	return r.between(n, n.Pos(), n.End())
}

// between is the text from one place to another around and inside of a node.
func (r *rewriter) between(n ast.Node, from, to token.Pos) string {
	var b strings.Builder
	for _, c := range r.inside(n) {
		b.WriteString(r.text(from, c.Pos()) + r.switched(c))
		from = c.End()
	}
	return b.String() + r.text(from, to)
}

// inside lists the outermost nodes below n that change, by place. Constants have to stay constant.
func (r *rewriter) inside(n ast.Node) []ast.Node {
	var out []ast.Node
	ast.Inspect(n, func(c ast.Node) bool {
		switch x := c.(type) {
		case nil:
			return false
		case *ast.GenDecl:
			return x.Tok != token.CONST
		case *ast.ArrayType:
			return x.Len == nil
		}
		if r.changes(c) {
			out = append(out, c)
			return false
		}
		return true
	})
	slices.SortFunc(out, func(a, b ast.Node) int { return int(a.Pos() - b.Pos()) })
	return out
}

func (r *rewriter) changes(n ast.Node) bool {
	switch e := n.(type) {
	case *ast.BinaryExpr:
		b, ok := r.info.Types[e].Type.Underlying().(*types.Basic)
		return !r.constant(e) && others(e.Op) != nil && !(ok && b.Info()&types.IsString != 0)
	case *ast.UnaryExpr:
		return e.Op == token.SUB && !r.constant(e)
	case *ast.IncDecStmt:
		return true
	}
	return false
}

// switched renders a node that changes: a function that does one thing or the other.
func (r *rewriter) switched(n ast.Node) string {
	switch e := n.(type) {
	case *ast.IncDecStmt:
		x, op, other := r.render(e.X), "++", "--"
		if e.Tok == token.DEC {
			op, other = other, op
		}
		return fmt.Sprintf("func() { if zzMutant == %d { %s%s } else { %s%s } }()", r.add("increment", e.TokPos), x, other, x, op)
	case *ast.UnaryExpr:
		return fmt.Sprintf("func() %s { zx := %s; if zzMutant == %d { return zx }; return -zx }()", r.typeOf(e), r.render(e.X), r.add("minus", e.OpPos))
	case *ast.BinaryExpr:
		return r.binary(e)
	}
	panic("mutants: a node that does not change")
}

// binary computes each operand once and in order, unless it is a constant, whose type depends on
// the other one.
func (r *rewriter) binary(e *ast.BinaryExpr) string {
	bind := ""
	operand := func(name string, x ast.Expr) string {
		if r.constant(x) {
			return "(" + r.render(x) + ")"
		}
		bind += name + " := " + r.render(x) + "; "
		return name
	}
	x, y := operand("zx", e.X), operand("zy", e.Y)
	for _, kind := range []string{"arithmetic", "boundary", "negation"} {
		if op, ok := others(e.Op)[kind]; ok {
			bind += fmt.Sprintf("if zzMutant == %d { return %s %s %s }; ", r.add(kind, e.OpPos), x, op, y)
		}
	}
	return fmt.Sprintf("func() %s { %sreturn %s %s %s }()", r.typeOf(e), bind, x, e.Op, y)
}

// add numbers a change, from 1 on.
func (r *rewriter) add(kind string, at token.Pos) int {
	p := r.fset.Position(at)
	r.mutants = append(r.mutants, mutant{kind, fmt.Sprintf("%s:%d:%d", filepath.Base(p.Filename), p.Line, p.Column)})
	return len(r.mutants)
}

func (r *rewriter) constant(e ast.Expr) bool {
	v := r.info.Types[e]
	return v.Value != nil || v.IsNil()
}

func (r *rewriter) typeOf(e ast.Expr) string {
	return types.TypeString(types.Default(r.info.Types[e].Type), r.names)
}

func (r *rewriter) text(from, to token.Pos) string {
	return string(r.source[r.fset.Position(from).Offset:r.fset.Position(to).Offset])
}

// qualifier names packages as a file of the package p imports them.
func qualifier(p *types.Package, f *ast.File) types.Qualifier {
	names := map[string]string{}
	for _, i := range f.Imports {
		if i.Name != nil {
			names[strings.Trim(i.Path.Value, `"`)] = i.Name.Name
		}
	}
	return func(q *types.Package) string {
		if q == p {
			return ""
		}
		if name, ok := names[q.Path()]; ok {
			return name
		}
		return q.Name()
	}
}
