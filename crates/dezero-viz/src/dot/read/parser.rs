//! DOT statements, after the grammar in the manual of the language. What stands in braces is kept on a
//! stack of our own, so that no nesting exhausts the program's.

use std::rc::Rc;

use super::attributes::{Attributes, Key, Kind as Of, Value};
use super::error::{DotError, quoted};
use super::graph::{Graph, Operand};
use super::lexer::{Id, Keyword, Kind, Lexer, Token};
use super::{MAX_DEPTH, MAX_EDGES, MAX_VALUE, counted};

/// The first graph of the text. Those after it are read too, lest what is wrong there goes unseen, and
/// forgotten.
pub(super) fn parse(text: &str) -> Result<Graph<'_>, DotError> {
    let mut parser = Parser::new(text)?;
    if parser.token.kind == Kind::End {
        let message = "expected `graph` or `digraph`, found nothing";
        return Err(parser
            .error(message)
            .help("the smallest graph is `digraph {}`"));
    }
    let first = parser.graph()?;
    while parser.token.kind != Kind::End {
        if parser.token.kind == Kind::CloseBrace {
            return Err(parser
                .error("this `}` closes nothing")
                .help("the graph is closed already: remove the `}`, or open a `{` before it"));
        }
        parser.graph()?;
    }
    Ok(first)
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The next one, which nobody has taken.
    token: Token<'a>,
    /// Edges of statements that have not ended.
    pending: usize,
}

/// The part of a statement that has been read: operands with edges between them.
struct Chain {
    at: usize,
    operands: Vec<Operand>,
}

/// A pair of braces that is open, and the chain which the subgraph in it goes on.
struct Scope {
    subgraph: usize,
    at: usize,
    chain: Chain,
}

/// What is to be read next.
enum State {
    Statement,
    /// A node or a subgraph at the end of a chain.
    Operand(Chain),
    /// An edge, attributes, or the end of the statement.
    Rest(Chain),
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, DotError> {
        let mut lexer = Lexer::new(text);
        Ok(Self {
            text,
            token: lexer.next()?,
            lexer,
            pending: 0,
        })
    }

    /// `[strict] (graph | digraph) [ID] '{' stmt_list '}'`
    fn graph(&mut self) -> Result<Graph<'a>, DotError> {
        let is_strict = self.take(&Kind::Keyword(Keyword::Strict))?;
        let is_directed = if self.take(&Kind::Keyword(Keyword::Digraph))? {
            true
        } else if self.take(&Kind::Keyword(Keyword::Graph))? {
            false
        } else {
            let error = self.expected("`graph` or `digraph`");
            return Err(match self.token.kind {
                Kind::OpenBrace | Kind::Arrow | Kind::Line | Kind::Id(_) if !is_strict => {
                    error.help("a DOT file reads `digraph { a -> b }` or `graph { a -- b }`")
                }
                _ => error,
            });
        };
        let mut graph = Graph::new(self.text, is_strict, is_directed);
        if let Some(name) = self.id()? {
            graph.subgraphs[0].name = Some(name.into());
        }
        let at = self.token.start;
        if !self.take(&Kind::OpenBrace)? {
            return Err(self.expected("`{`"));
        }
        self.statements(&mut graph, at)?;
        Ok(graph)
    }

    /// All up to the `}` that closes the graph, which was opened at `at`.
    fn statements(&mut self, graph: &mut Graph<'a>, at: usize) -> Result<(), DotError> {
        let mut scopes = vec![Scope {
            subgraph: 0,
            at,
            chain: Chain::new(at),
        }];
        let mut state = State::Statement;
        while let Some(scope) = scopes.last() {
            let inside = scope.subgraph;
            state = match state {
                State::Statement => match self.token.kind {
                    Kind::CloseBrace => {
                        self.advance()?;
                        match scopes.pop() {
                            Some(mut closed) if !scopes.is_empty() => {
                                let subgraph = Operand::Subgraph(closed.subgraph);
                                closed.chain.operands.push(subgraph);
                                State::Rest(closed.chain)
                            }
                            _ => State::Statement,
                        }
                    }
                    Kind::End => return Err(self.unclosed(&scopes)),
                    Kind::Keyword(Keyword::Graph) => self.defaults(graph, inside, Of::Graph)?,
                    Kind::Keyword(Keyword::Node) => self.defaults(graph, inside, Of::Node)?,
                    Kind::Keyword(Keyword::Edge) => self.defaults(graph, inside, Of::Edge)?,
                    _ => State::Operand(Chain::new(self.token.start)),
                },
                State::Operand(chain) => match self.token.kind {
                    Kind::OpenBrace | Kind::Keyword(Keyword::Subgraph) => {
                        let (at, subgraph) = self.open(graph, inside)?;
                        if scopes.len() > MAX_DEPTH {
                            let message = format!(
                                "subgraphs lie more than {} deep in each other, which is the limit",
                                counted(MAX_DEPTH)
                            );
                            return Err(DotError::new(self.text, at, message));
                        }
                        scopes.push(Scope {
                            subgraph,
                            at,
                            chain,
                        });
                        State::Statement
                    }
                    Kind::Id(_) => self.nodes(graph, inside, chain)?,
                    _ => return Err(self.no_operand(&chain)),
                },
                State::Rest(chain) => self.rest(graph, inside, chain)?,
            };
        }
        Ok(())
    }

    /// `[subgraph [ID]] '{'`; the byte of the brace, and the subgraph.
    fn open(&mut self, graph: &mut Graph<'a>, inside: usize) -> Result<(usize, usize), DotError> {
        let start = self.token.start;
        let name = if self.take(&Kind::Keyword(Keyword::Subgraph))? {
            self.id()?.map(Value::from)
        } else {
            None
        };
        let at = self.token.start;
        if !self.take(&Kind::OpenBrace)? {
            let error = self.expected("`{`");
            return Err(match name {
                Some(_) => {
                    error.help("a subgraph is named where its nodes are: `subgraph name { ... }`")
                }
                None => error,
            });
        }
        Ok((at, graph.subgraph(inside, name, start)?))
    }

    /// `(graph | node | edge) attr_list`
    fn defaults(
        &mut self,
        graph: &mut Graph<'a>,
        inside: usize,
        kind: Of,
    ) -> Result<State, DotError> {
        let keyword = self.shown(&self.token);
        self.advance()?;
        if self.token.kind != Kind::OpenBracket {
            let error = self.expected(&format!("`[` after {keyword}"));
            let name = keyword.trim_matches('`');
            return Err(error.help(format!(
                "{keyword} sets defaults, as `{name} [color=red]`; as a name it stands in double quotes"
            )));
        }
        let attributes = self.attributes(kind)?;
        graph.set_defaults(inside, kind, &attributes);
        self.take(&Kind::Semicolon)?;
        Ok(State::Statement)
    }

    /// `ID '=' ID`, or `ID [port]`; like Graphviz, several nodes with commas between them too.
    fn nodes(
        &mut self,
        graph: &mut Graph<'a>,
        inside: usize,
        mut chain: Chain,
    ) -> Result<State, DotError> {
        let mut nodes = Vec::new();
        loop {
            let at = self.token.start;
            let Some(id) = self.id()? else {
                return Err(self.expected("a node after `,`"));
            };
            if self.token.kind == Kind::Equals && chain.operands.is_empty() && nodes.is_empty() {
                let mut attributes = Attributes::default();
                self.value(Of::Graph, (&id, at), &mut attributes)?;
                graph.set_defaults(inside, Of::Graph, &attributes);
                self.take(&Kind::Semicolon)?;
                return Ok(State::Statement);
            }
            self.port()?;
            nodes.push(graph.node(inside, id.into(), at)?);
            if !self.take(&Kind::Comma)? {
                break;
            }
        }
        chain.operands.push(match nodes[..] {
            [node] => Operand::Node(node),
            _ => Operand::Nodes(nodes),
        });
        Ok(State::Rest(chain))
    }

    /// `[':' ID [':' compass_pt]]`, which says where an edge ends and is passed over.
    fn port(&mut self) -> Result<(), DotError> {
        for _ in 0..2 {
            if !self.take(&Kind::Colon)? {
                break;
            }
            if self.id()?.is_none() {
                return Err(self.expected("a port after `:`"));
            }
        }
        Ok(())
    }

    /// What follows an operand.
    fn rest(
        &mut self,
        graph: &mut Graph<'a>,
        inside: usize,
        chain: Chain,
    ) -> Result<State, DotError> {
        if let Kind::Arrow | Kind::Line = self.token.kind {
            if (self.token.kind == Kind::Arrow) != graph.is_directed {
                return Err(self.wrong_edge(graph.is_directed));
            }
            self.pending += 1;
            if graph.edges.len() + self.pending > MAX_EDGES {
                return Err(graph.beyond(self.token.start, MAX_EDGES, "edges"));
            }
            self.advance()?;
            return Ok(State::Operand(chain));
        }
        let is_edge = chain.operands.len() > 1;
        let kind = if is_edge { Of::Edge } else { Of::Node };
        let attributes = self.attributes(kind)?;
        if is_edge {
            self.pending -= chain.operands.len() - 1;
            let attributes = Rc::new(attributes);
            for ends in chain.operands.windows(2) {
                graph.connect(inside, (&ends[0], &ends[1]), &attributes, chain.at)?;
            }
        } else {
            for nodes in &chain.operands {
                graph.set_attributes(nodes, &attributes);
            }
        }
        self.take(&Kind::Semicolon)?;
        Ok(State::Statement)
    }

    /// `('[' [a_list] ']')*`
    fn attributes(&mut self, kind: Of) -> Result<Attributes, DotError> {
        let mut attributes = Attributes::default();
        loop {
            let opened = self.token.start;
            if !self.take(&Kind::OpenBracket)? {
                return Ok(attributes);
            }
            while !self.take(&Kind::CloseBracket)? {
                let at = self.token.start;
                let Some(name) = self.id()? else {
                    return Err(self.no_attribute(opened));
                };
                self.value(kind, (&name, at), &mut attributes)?;
                if !self.take(&Kind::Comma)? {
                    self.take(&Kind::Semicolon)?;
                }
            }
        }
    }

    /// `'=' ID`, after the name.
    fn value(
        &mut self,
        kind: Of,
        (name, at): (&Id<'a>, usize),
        attributes: &mut Attributes,
    ) -> Result<(), DotError> {
        if !self.take(&Kind::Equals)? {
            return Err(self.no_equals(name, at));
        }
        let Some(value) = self.id()? else {
            return Err(self.no_value(name));
        };
        if let Some(key) = Key::of(kind, &name.text)
            && (key.is_text() || value.text.len() <= MAX_VALUE)
        {
            attributes.set(key, value.into());
        }
        Ok(())
    }

    fn id(&mut self) -> Result<Option<Id<'a>>, DotError> {
        if !matches!(self.token.kind, Kind::Id(_)) {
            return Ok(None);
        }
        let next = self.lexer.next()?;
        let Kind::Id(id) = std::mem::replace(&mut self.token, next).kind else {
            return Ok(None);
        };
        Ok(Some(id))
    }

    /// Goes on, if the next token is this one.
    fn take(&mut self, kind: &Kind<'_>) -> Result<bool, DotError> {
        let found = self.token.kind == *kind;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn advance(&mut self) -> Result<(), DotError> {
        self.token = self.lexer.next()?;
        Ok(())
    }
}

/// What is wrong.
impl Parser<'_> {
    fn error(&self, message: impl Into<String>) -> DotError {
        DotError::new(self.text, self.token.start, message)
    }

    fn expected(&self, what: &str) -> DotError {
        self.error(format!(
            "expected {what}, found {}",
            self.shown(&self.token)
        ))
    }

    fn shown(&self, token: &Token<'_>) -> String {
        match token.kind {
            Kind::End => "the end of the text".to_owned(),
            _ => quoted(&self.text[token.start..token.end]),
        }
    }

    /// The text ends within braces: the innermost are named.
    fn unclosed(&self, scopes: &[Scope]) -> DotError {
        let opened = scopes.last().map_or(0, |scope| scope.at);
        let (line, column) = super::error::place(self.text, opened);
        self.error(format!(
            "expected `}}`, found the end of the text; the `{{` of line {line}, column {column} is never closed"
        ))
        .help("write `}` at the end, or where it belongs")
    }

    fn no_operand(&self, chain: &Chain) -> DotError {
        if !chain.operands.is_empty() {
            return self.expected("a node or a subgraph at the end of the edge");
        }
        let error = self.expected("a statement or `}`");
        match self.token.kind {
            Kind::Arrow | Kind::Line => error.help("an edge begins with a node: `a -> b`"),
            Kind::Semicolon => error.help("one `;` after a statement is enough"),
            Kind::Keyword(Keyword::Graph | Keyword::Digraph | Keyword::Strict) => {
                error.help("a graph within a graph is a `subgraph`; as a name, the word stands in double quotes")
            }
            Kind::OpenBracket => error.help("attributes stand behind a node or an edge: `a [color=red]`"),
            Kind::Equals => error.help("an attribute is written `name=value`"),
            _ => error,
        }
    }

    fn no_attribute(&self, opened: usize) -> DotError {
        let error = self.expected("an attribute or `]`");
        let (line, column) = super::error::place(self.text, opened);
        match self.token.kind {
            Kind::Comma | Kind::Semicolon => {
                error.help("attributes have one `,` or `;` between them")
            }
            Kind::Keyword(_) => error.help("a keyword as a name stands in double quotes"),
            _ => error.help(format!(
                "the `[` of line {line}, column {column} is not closed: write `]` where it ends"
            )),
        }
    }

    fn no_equals(&self, name: &Id<'_>, at: usize) -> DotError {
        let error = self.expected(&format!("`=` after {}", quoted(&name.text)));
        // `12pt` and `1e9` are a numeral and a name each.
        if self.text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.') {
            return error.help("a value of digits and letters stands in double quotes");
        }
        error.help("an attribute is written `name=value`; a value of several words stands in double quotes")
    }

    fn no_value(&self, name: &Id<'_>) -> DotError {
        let name = quoted(&name.text);
        let error = self.expected(&format!("a value of {name} after `=`"));
        match self.token.kind {
            Kind::Keyword(_) => error.help("a keyword as a value stands in double quotes"),
            Kind::Comma | Kind::Semicolon | Kind::CloseBracket => {
                error.help("a value that is empty is written `\"\"`")
            }
            _ => error,
        }
    }

    fn wrong_edge(&self, is_directed: bool) -> DotError {
        if is_directed {
            self.error("found `--` in a digraph, whose edges are written `->`")
                .help("write `->`, or begin the file with `graph` instead of `digraph`")
        } else {
            self.error("found `->` in a graph, whose edges are written `--`")
                .help("write `--`, or begin the file with `digraph` instead of `graph`")
        }
    }
}

impl Chain {
    fn new(at: usize) -> Self {
        Self {
            at,
            operands: Vec::new(),
        }
    }
}
