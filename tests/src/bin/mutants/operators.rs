//! The kinds of change: what a tired hand would write.

use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A change that a place in a source offers.
pub struct Found {
    /// Which bytes are replaced.
    pub range: Range<usize>,
    /// What stands there instead.
    pub to: String,
    /// The kind of change.
    pub operator: &'static str,
}

/// Returns every change that this source offers, but none in its tests.
pub fn find(source: &str, syntax: &syn::File) -> Vec<Found> {
    let mut finder = Finder { source, found: Vec::new() };
    finder.visit_file(syntax);
    finder.found
}

struct Finder<'a> {
    source: &'a str,
    found: Vec<Found>,
}

/// Methods and the ones that are taken for them.
const METHODS: &[(&str, &[&str])] = &[
    ("write_all", &["write"]),
    ("read_exact", &["read"]),
    ("read", &["peek"]),
    ("to_be_bytes", &["to_le_bytes"]),
    ("to_ascii_uppercase", &["to_ascii_lowercase"]),
    ("unwrap_or_else", &["unwrap_or_default"]),
    ("min", &["max"]),
    ("is_empty", &["is_ascii"]),
    ("is_ok", &["is_err"]),
    ("is_err", &["is_ok"]),
    ("is_some", &["is_none"]),
    ("is_none", &["is_some"]),
    ("starts_with", &["ends_with"]),
    ("ends_with", &["starts_with"]),
    ("trim_end_matches", &["trim_start_matches"]),
    ("strip_suffix", &["strip_prefix"]),
];

/// Operators and the ones that are taken for them.
const BINARY: &[(&str, &[&str])] = &[
    ("<", &["<=", ">"]),
    ("<=", &["<"]),
    (">", &[">=", "<"]),
    (">=", &[">"]),
    ("==", &["!="]),
    ("!=", &["=="]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("+", &["-"]),
    ("-", &["+"]),
    ("*", &["+"]),
    ("+=", &["=", "-="]),
    ("-=", &["+="]),
];

impl Finder<'_> {
    fn offer(&mut self, operator: &'static str, range: Range<usize>, to: impl Into<String>) {
        let to = to.into();
        if self.source[range.clone()] != to {
            self.found.push(Found { range, to, operator });
        }
    }

    fn text(&self, of: &impl Spanned) -> String {
        self.source[of.span().byte_range()].to_string()
    }
}

/// Returns whether this is compiled for tests only, or for another system.
fn is_left_out(attributes: &[syn::Attribute]) -> bool {
    let is = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let words = list.tokens.to_string();
            words == "test" || words == "windows" || words.starts_with("not")
        }
        _ => false,
    };
    attributes.iter().any(is)
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_left_out(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_left_out(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let is_whole = |stmt: &syn::Stmt| matches!(stmt, syn::Stmt::Expr(_, Some(_)) | syn::Stmt::Macro(_));
        for stmt in block.stmts.iter().filter(|stmt| is_whole(stmt)) {
            self.offer("deleted", stmt.span().byte_range(), "");
        }
        for pair in block.stmts.windows(2) {
            let last = matches!(pair[1], syn::Stmt::Expr(_, None));
            if !last {
                let (first, second) = (self.text(&pair[0]), self.text(&pair[1]));
                let range = pair[0].span().byte_range().start..pair[1].span().byte_range().end;
                self.offer("swapped", range, format!("{second}\n{first}"));
            }
        }
        visit::visit_block(self, block);
    }

    fn visit_expr_binary(&mut self, expr: &'ast syn::ExprBinary) {
        let text = self.text(&expr.op);
        for (_, others) in BINARY.iter().filter(|(operator, _)| *operator == text) {
            others.iter().for_each(|other| self.offer("operator", expr.op.span().byte_range(), *other));
        }
        visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_try(&mut self, expr: &'ast syn::ExprTry) {
        self.offer("`?` to `unwrap`", expr.question_token.span().byte_range(), ".unwrap()");
        visit::visit_expr_try(self, expr);
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if !matches!(*expr.cond, syn::Expr::Let(_)) {
            let (range, cond) = (expr.cond.span().byte_range(), self.text(&expr.cond));
            self.offer("condition", range.clone(), format!("!({cond})"));
            self.offer("condition", range.clone(), "true");
            self.offer("condition", range, "false");
        }
        visit::visit_expr_if(self, expr);
    }

    fn visit_expr_index(&mut self, expr: &'ast syn::ExprIndex) {
        if let syn::Expr::Range(range) = &*expr.index {
            for end in [&range.start, &range.end].into_iter().flatten() {
                self.offer("slice", end.span().byte_range(), "");
            }
        }
        visit::visit_expr_index(self, expr);
    }

    fn visit_expr_method_call(&mut self, expr: &'ast syn::ExprMethodCall) {
        let name = expr.method.to_string();
        for (_, others) in METHODS.iter().filter(|(method, _)| *method == name) {
            for other in *others {
                // `unwrap_or_default` takes no argument.
                let range = match *other {
                    "unwrap_or_default" => {
                        expr.method.span().byte_range().start..expr.span().byte_range().end
                    }
                    _ => expr.method.span().byte_range(),
                };
                let to = if *other == "unwrap_or_default" { "unwrap_or_default()" } else { other };
                self.offer("method", range, to);
            }
        }
        visit::visit_expr_method_call(self, expr);
    }

    fn visit_expr_break(&mut self, expr: &'ast syn::ExprBreak) {
        self.offer("jump", expr.span().byte_range(), "continue");
        visit::visit_expr_break(self, expr);
    }

    fn visit_expr_continue(&mut self, expr: &'ast syn::ExprContinue) {
        self.offer("jump", expr.span().byte_range(), "break");
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            let text = self.text(guard);
            self.offer("guard", guard.span().byte_range(), format!("!({text})"));
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        for pair in expr.arms.windows(2) {
            let other = self.text(&pair[1].body);
            self.offer("arm", pair[0].body.span().byte_range(), other);
        }
        visit::visit_expr_match(self, expr);
    }

    fn visit_lit_int(&mut self, lit: &'ast syn::LitInt) {
        let Ok(value) = lit.base10_parse::<u64>() else { return };
        let suffix = lit.suffix();
        self.offer("number", lit.span().byte_range(), format!("{}{suffix}", value + 1));
        if value > 0 {
            self.offer("number", lit.span().byte_range(), format!("{}{suffix}", value - 1));
        }
    }

    fn visit_lit_bool(&mut self, lit: &'ast syn::LitBool) {
        self.offer("bool", lit.span().byte_range(), if lit.value { "false" } else { "true" });
    }

    fn visit_lit_str(&mut self, lit: &'ast syn::LitStr) {
        let text = self.text(lit);
        if lit.value().len() > 1 && lit.value().is_ascii() && !text.contains('\\') && text.starts_with('"') {
            self.offer("text", lit.span().byte_range(), format!("{}\"", &text[..text.len() - 2]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(source: &str) -> Vec<(&'static str, String)> {
        let found = find(source, &syn::parse_file(source).expect("Rust"));
        let changed = |found: Found| {
            let (before, after) = (&source[..found.range.start], &source[found.range.end..]);
            (found.operator, format!("{before}{}{after}", found.to))
        };
        found.into_iter().map(changed).collect()
    }

    #[test]
    fn each_place_offers_its_changes() {
        let source = "fn f(s: S, n: usize) -> R { s.write_all(&b[..n])?; if n < 2 { g(); } Ok(()) }";
        let all = changes(source);
        for (operator, expected) in [
            ("method", "fn f(s: S, n: usize) -> R { s.write(&b[..n])?; if n < 2 { g(); } Ok(()) }"),
            ("slice", "fn f(s: S, n: usize) -> R { s.write_all(&b[..])?; if n < 2 { g(); } Ok(()) }"),
            (
                "`?` to `unwrap`",
                "fn f(s: S, n: usize) -> R { s.write_all(&b[..n]).unwrap(); if n < 2 { g(); } Ok(()) }",
            ),
            ("operator", "fn f(s: S, n: usize) -> R { s.write_all(&b[..n])?; if n <= 2 { g(); } Ok(()) }"),
            ("number", "fn f(s: S, n: usize) -> R { s.write_all(&b[..n])?; if n < 1 { g(); } Ok(()) }"),
            ("condition", "fn f(s: S, n: usize) -> R { s.write_all(&b[..n])?; if false { g(); } Ok(()) }"),
            ("deleted", "fn f(s: S, n: usize) -> R {  if n < 2 { g(); } Ok(()) }"),
        ] {
            assert!(all.contains(&(operator, expected.to_string())), "{operator}: {all:#?}");
        }
    }

    #[test]
    fn tests_and_other_systems_are_left_alone() {
        let source = "#[cfg(test)] mod t { fn f() { g(1); } } #[cfg(windows)] fn w() { g(2); }";
        assert_eq!(changes(source), []);
    }
}
