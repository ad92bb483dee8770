//! The graph behind a variable, drawn: as DOT, SVG, PNG, PDF, or a page to explore.

use dezero::{Drawing, Graph, Style, Theme, Variable, graph as graph_of, viz};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::interpreter::detached;
use crate::variable::{PyVariable, engine};

/// A drawing of how variables were computed. Notebooks show it inline; `save` writes it to a file.
#[pyclass(frozen, name = "Graph", module = "dezero")]
pub(crate) struct PyGraph {
    graph: Graph,
    title: Option<String>,
    theme: Theme,
    style: Style,
    verbose: bool,
    whole: bool,
}

impl PyGraph {
    fn draw<T: Send>(
        &self,
        py: Python<'_>,
        theme: Theme,
        f: impl FnOnce(&Drawing<'_>) -> Result<T, viz::Error> + Send,
    ) -> PyResult<T> {
        let run = || {
            let mut drawing = Drawing::new(&self.graph)
                .style(self.style)
                .theme(theme)
                .verbose(self.verbose)
                .whole(self.whole)
                // They are those of this package.
                .source_lines(false);
            if let Some(title) = &self.title {
                drawing = drawing.title(title);
            }
            f(&drawing)
        };
        detached(py, run).map_err(raised)
    }
}

/// A drawing's error as an exception.
fn raised(error: viz::Error) -> PyErr {
    let text = error.to_string();
    if error.is_io() {
        PyOSError::new_err(text)
    } else if error.is_format() || error.is_value() || error.is_too_large() {
        PyValueError::new_err(text)
    } else {
        PyRuntimeError::new_err(text)
    }
}

fn theme_of(name: &str) -> PyResult<Theme> {
    match name {
        "light" => Ok(Theme::Light),
        "dark" => Ok(Theme::Dark),
        _ => Err(PyValueError::new_err(format!(
            "theme {name:?} is not known; 'light' and 'dark' are"
        ))),
    }
}

/// The graph of how one or several Variables were computed, to be drawn.
///
/// style: 'learner', with values on the edges and the passes of differentiation in frames, or 'dezero', the book's.
/// theme: 'light' or 'dark'. verbose: shapes and dtypes in the book's style. whole: nothing folded or summarised.
///
/// >>> x = Variable(np.array(1.0), name='x')
/// >>> drawing = dezero.graph(F.tanh(x), title='tanh')
/// >>> drawing
/// <Graph of 2 variables and 1 functions>
/// >>> drawing.functions
/// ['Tanh']
///
/// `drawing.save('tanh.svg')` writes it to a file.
#[pyfunction]
#[pyo3(signature = (*outputs, title=None, style="learner", theme="light", verbose=false, whole=false))]
pub(crate) fn graph(
    outputs: Vec<Bound<'_, PyVariable>>,
    title: Option<String>,
    style: &str,
    theme: &str,
    verbose: bool,
    whole: bool,
) -> PyResult<PyGraph> {
    if outputs.is_empty() {
        return Err(PyTypeError::new_err(
            "graph() takes the Variables whose graph is wanted",
        ));
    }
    let style = match style {
        "learner" => Style::Learner,
        "dezero" => Style::DeZero,
        _ => {
            return Err(PyValueError::new_err(format!(
                "style {style:?} is not known; 'learner' and 'dezero' are"
            )));
        }
    };
    let variables = outputs
        .iter()
        .map(engine)
        .collect::<PyResult<Vec<Variable>>>()?;
    let graph = graph_of(variables.iter().collect::<Vec<&Variable>>().as_slice());
    Ok(PyGraph {
        graph,
        title,
        theme: theme_of(theme)?,
        style,
        verbose,
        whole,
    })
}

/// A file in one of the formats of pictures.
fn format_of(extension: &str) -> PyResult<viz::Format> {
    viz::Format::from_path(std::path::Path::new(&format!("x.{extension}"))).map_err(raised)
}

#[pymethods]
impl PyGraph {
    /// Writes the drawing to a file; the format follows from the extension: .svg, .png, .pdf, .html or .dot.
    ///
    /// Raises ValueError for another extension, and OSError if the file cannot be written.
    fn save(&self, py: Python<'_>, path: std::path::PathBuf) -> PyResult<()> {
        self.draw(py, self.theme, |drawing| drawing.save(&path))
    }

    /// The drawing as SVG: a str.
    fn svg(&self, py: Python<'_>) -> PyResult<String> {
        self.draw(py, self.theme, |drawing| {
            drawing.picture().map(|picture| picture.to_svg().to_owned())
        })
    }

    /// The graph in the DOT language: a str.
    fn dot(&self, py: Python<'_>) -> PyResult<String> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method is for one lifetime"
        )]
        self.draw(py, self.theme, |drawing| drawing.to_dot())
    }

    /// The drawing as the bytes of a file of this format: 'svg', 'png', 'pdf', 'html' or 'dot'.
    #[pyo3(signature = (format, scale=2.0))]
    fn to_bytes<'py>(
        &self,
        py: Python<'py>,
        format: &str,
        scale: f64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let format = format_of(format)?;
        let bytes = self.draw(py, self.theme, |drawing| drawing.to_bytes(format, scale))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The number of variables in the graph.
    #[getter]
    fn variables(&self) -> usize {
        self.graph.variables().len()
    }

    /// The labels of the functions in the graph, from the results downwards.
    #[getter]
    fn functions(&self) -> Vec<String> {
        self.graph
            .functions()
            .iter()
            .map(|f| f.label().to_owned())
            .collect()
    }

    #[pyo3(signature = (include=None, exclude=None))]
    fn _repr_mimebundle_<'py>(
        &self,
        py: Python<'py>,
        include: Option<Bound<'py, PyAny>>,
        exclude: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let _ = (include, exclude);
        let bundle = PyDict::new(py);
        bundle.set_item("image/svg+xml", self.svg(py)?)?;
        bundle.set_item("text/plain", self.__repr__())?;
        Ok(bundle)
    }

    fn __repr__(&self) -> String {
        let (variables, functions) = (self.graph.variables().len(), self.graph.functions().len());
        format!("<Graph of {variables} variables and {functions} functions>")
    }
}

/// The graph of a Variable in the DOT language, in the book's style, with numbers that do not change between runs.
#[pyfunction]
#[pyo3(signature = (output, verbose=true))]
pub(crate) fn get_dot_graph(output: &Bound<'_, PyVariable>, verbose: bool) -> PyResult<String> {
    Ok(dezero::get_dot_graph(&engine(output)?, verbose))
}

/// Draws the graph of a Variable into a file, in the book's style: a bare name goes into the folder `graphs`. Returns
/// where the picture is.
#[pyfunction]
#[pyo3(signature = (output, verbose=true, to_file="graph.png"))]
pub(crate) fn draw_dot_graph(
    output: &Bound<'_, PyVariable>,
    verbose: bool,
    to_file: &str,
) -> PyResult<String> {
    let variable = engine(output)?;
    let path = detached(output.py(), || {
        dezero::plot_dot_graph(&variable, verbose, to_file)
    })
    .map_err(raised)?;
    Ok(path.to_string_lossy().into_owned())
}
